# ims-tools: completion for bash; the tools say themselves what they have.

_ims_tools()
{
	local tool=$1 cur=$2 prev=$3 command= words

	COMPREPLY=()
	words=$("$tool" --list-options 2>/dev/null) || return
	if [[ $words == *" command"* ]]; then
		if [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} != -* ]]; then
			command=${COMP_WORDS[1]}
			words=$("$tool" "$command" --list-options \
			    2>/dev/null) || return
		elif [[ $COMP_CWORD -eq 1 && $cur != -* ]]; then
			COMPREPLY=($(compgen -W "$(awk '$2 == "command" {
			    print $1 }' <<<"$words")" -- "$cur"))
			return
		fi
	fi
	# A value, or a file: what bash completes by itself.
	if [[ $cur != -* ]] || awk -v w="$prev" '$2 == "value" &&
	    (w == $1 || w == $3) { found = 1 }
	    END { exit !found }' <<<"$words"; then
		return
	fi
	COMPREPLY=($(compgen -W "$(awk '$1 ~ /^--/ { print $1 }' \
	    <<<"$words")" -- "$cur"))
}

complete -o default -F _ims_tools ims-aka ims-hide ims-pcap ims-register \
    ims-sa ims-verify
