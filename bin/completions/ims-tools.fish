# ims-tools: completion for fish; the tools say themselves what they have.

function __ims_tools
    set -l words (commandline -opc)
    set -l now (commandline -ct)
    set -l list ($words[1] --list-options 2>/dev/null)
    if string match -q '* command' -- $list
        if set -q words[2]; and not string match -q -- '-*' $words[2]
            set list ($words[1] $words[2] --list-options 2>/dev/null)
        else if not set -q words[2]; and not string match -q -- '-*' $now
            string replace -f ' command' '' -- $list
            return
        end
    end
    # A value, or a file.
    for line in $list
        set -l f (string split ' ' -- $line)
        if test "$f[2]" = value; and contains -- $words[-1] $f[1] $f[3]
            __fish_complete_path $now
            return
        end
    end
    if string match -q -- '-*' $now
        string match -r -- '^--[^ ]*' $list
    else
        __fish_complete_path $now
    end
end

for tool in ims-aka ims-hide ims-pcap ims-register ims-sa ims-verify
    complete -c $tool -e
    complete -c $tool -f -a '(__ims_tools)'
end
