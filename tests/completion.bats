# Completion: the tools list what they have; bash, zsh and fish complete it.
load helper

setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
	touch trace.pcap
}

# What --help of TOOL, or of its command, gives.
long_of_help()
{
	"$@" --help | sed 's/--\([cr]\)1 \.\. --[cr]5/--\11 --\12 --\13 --\14 --\15/g' |
	    grep -oE -- '(^|[ ,(])--[a-z][a-z0-9-]*' | tr -d ' ,('
}

commands_of_help()
{
	"$1" --help | sed -n 's/^  \([a-z]\{1,\}\)  .*/\1/p'
}

@test "--list-options: every option of --help and no other" {
	local t c

	for t in $TOOLS; do
		{
			long_of_help "$t"
			for c in $(commands_of_help "$t"); do
				long_of_help "$t" "$c"
			done
		} | sort -u >help
		{
			"$t" --list-options
			for c in $(commands_of_help "$t"); do
				"$t" "$c" --list-options
			done
		} >all
		sed -n 's/^\(--[^ ]*\) .*/\1/p' all | sort -u >listed
		[ -s listed ]
		diff -u help listed
		same "" "$(grep -vE '^[a-z]+ command$|^--[a-z0-9-]+ (none|value|optional)( -[A-Za-z])?$' all)"
	done
}

@test "--list-options: every command of --help and no other" {
	local t

	for t in $TOOLS; do
		same "$(commands_of_help "$t" | sort)" \
		    "$("$t" --list-options | sed -n 's/ command$//p' | sort)"
	done
}

@test "--list-options: every letter of --help" {
	local t

	for t in $TOOLS; do
		same "$("$t" --help | grep -oE -- '(^|[ ,])-[A-Za-z], --[a-z-]+' |
		    tr -d ' ' | sort -u)" "$("$t" --list-options |
		    awk '$3 { print $3 "," $1 }' | sort -u)"
	done
}

@test "--list-options: /dev/full: 4" {
	local t

	for t in $TOOLS; do
		run -4 --separate-stderr bash -c '"$1" --list-options \
		    >/dev/full' - "$t"
		same "$t: standard output: No space left on device" "$stderr"
	done
}

# in_bash WORD...: what bash puts for the last word.
in_bash()
{
	bash --norc -c '. "$1"
	    shift
	    f=$(complete -p "$1" | sed "s/.*-F \([^ ]*\) .*/\1/")
	    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	    [ $# -gt 1 ] || exit
	    "$f" "$1" "${!#}" "${@: -2:1}"
	    printf "%s\n" "${COMPREPLY[@]}"' - \
	    "$TOP/bin/completions/ims-tools.bash" "$@"
}

# in_zsh LINE: what a zsh in a terminal makes of LINE and a tab.
in_zsh()
{
	python3 - "$1" "$TOP/bin/completions" <<'PY'
import os, pty, re, select, sys, time

pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="")
    os.execvp("zsh", ["zsh", "-f", "-i"])

def until(mark):
    got, end = b"", time.time() + 30
    while mark not in got and time.time() < end:
        if select.select([fd], [], [], 1)[0]:
            try:
                got += os.read(fd, 4096)
            except OSError:
                break
    return got

os.write(fd, b"unsetopt zle_bracketed_paste; PS1=; fpath=('" +
    sys.argv[2].encode() + b"' $fpath); autoload -U compinit; "
    b"compinit -u -D; "
    b"show() { print -r -- \"<<$BUFFER>>\"; BUFFER=; zle accept-line }; "
    b"zle -N show; bindkey '^X' show; setopt no_list_beep; "
    b"print rea''dy\n")
until(b"ready")
os.write(fd, sys.argv[1].encode() + b"\t")
os.write(fd, b"\x18")
m = re.search(rb"<<(.*?)>>", until(b">>"), re.S)
print(m.group(1).decode().rstrip() if m else "nothing")
os.write(fd, b"exit\n")
PY
}

in_fish()
{
	fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
	    "$TOP/bin/completions/ims-tools.fish" "$1" | cut -f 1
}

@test "bash: commands, options of a command, of a tool, files" {
	same "$(ims-sa --list-options | sed -n 's/ command$//p')" \
	    "$(in_bash ims-sa '')"
	same protect "$(in_bash ims-sa pro)"
	same "--require" "$(in_bash ims-sa protect --req)"
	same "" "$(in_bash ims-sa export --req)"
	same "$(ims-pcap --list-options | sed 's/ .*//')" \
	    "$(in_bash ims-pcap --)"
	same "" "$(in_bash ims-pcap tra)"
	# A value, whatever it begins with.
	same "" "$(in_bash ims-pcap --write --cl)"
	same "" "$(in_bash ims-pcap -w --cl)"
	same "--clear" "$(in_bash ims-pcap --stat --cl)"
}

@test "bash: every tool has it" {
	local t

	for t in $TOOLS; do
		same "--version" "$(in_bash "$t" --vers)"
	done
}

@test "zsh: commands, options, files" {
	command -v zsh >/dev/null || skip "no zsh"
	same "ims-sa protect" "$(in_zsh "ims-sa prot")"
	same "ims-sa protect --require" "$(in_zsh "ims-sa protect --req")"
	same "ims-sa export --req" "$(in_zsh "ims-sa export --req")"
	same "ims-pcap --clear" "$(in_zsh "ims-pcap --cl")"
	same "ims-pcap -w trace.pcap" "$(in_zsh "ims-pcap -w tra")"
	same "ims-verify trace.pcap" "$(in_zsh "ims-verify tra")"
}

@test "fish: commands, options, files" {
	command -v fish >/dev/null || skip "no fish"
	same "$(ims-sa --list-options | sed -n 's/ command$//p' | sort)" \
	    "$(in_fish "ims-sa " | sort)"
	same protect "$(in_fish "ims-sa pro")"
	same "--require" "$(in_fish "ims-sa protect --req")"
	same "" "$(in_fish "ims-sa export --req")"
	same "--clear" "$(in_fish "ims-pcap --cl")"
	same trace.pcap "$(in_fish "ims-pcap -w tra")"
	same trace.pcap "$(in_fish "ims-verify tra")"
}
