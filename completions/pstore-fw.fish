# SPDX-License-Identifier: BSD-2-Clause-Patent
# fish completion of pstore-fw.

set -g __pstore_fw_with_argument (string match -ra '\S+' -- '
@names-with-argument
')
set -g __pstore_fw_groups (string match -ra '\S+' -- '
@group-names
')

# The words before the cursor that are no options: the verb's, then its operands.
function __pstore_fw_operands
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
        else if contains -- $word $__pstore_fw_with_argument
            set skip 1
        else if not string match -q -- '-*' $word; and test $word != help
            echo $word
        end
    end
end

# 'kdump' where its verb is to come, 'kdump load' behind it.
function __pstore_fw_is_at
    set -l words (__pstore_fw_operands)
    if contains -- "$words[1]" $__pstore_fw_groups
        test "$words[1..2]" = "$argv[1]"
    else
        test "$words[1]" = "$argv[1]"
    end
end

# What 'list' shows, of the sources that were named: events at the margin, records below them. Whoever may not read
# them gets none, nor does one come whose name would mean something to the shell: names are as somebody wrote them.
function _pstore_fw_ids
    set -l sources
    set -l words (commandline -opc)
    for i in (seq 2 (count $words))
        switch $words[$i]
            case -s --source
                set -a sources --source $words[(math $i + 1)]
            case '-s?*' '--source=*' --deleted
                set -a sources $words[$i]
        end
    end
    $words[1] list --quiet $sources 2>/dev/null </dev/null |
        string replace -rf '^(?:  )?(\d{8}T\d{6}Z-[0-9A-Za-z_-]+|[a-z]+:[0-9A-Za-z:@./_-]+)(?: .*)?$' '$1'
end

# Behind a word that ends in ':' a path follows.
function _pstore_fw_words
    set -l token (string replace -r '^(-s|--[a-z-]+=)' '' -- (commandline -ct))
    if string match -q '*:*' -- $token
        set -l kind (string replace -r ':.*' ':' -- $token)
        set -l path (string replace -r '^[^:]*:' '' -- $token)
        printf '%s\n' $kind(__fish_complete_path $path)
    else
        printf '%s\n' $argv
    end
end

function _pstore_fw_files
    __fish_complete_path (string replace -r '^(-[a-z]|--[a-z-]+=)' '' -- (commandline -ct))
end

function _pstore_fw_directories
    __fish_complete_directories (string replace -r '^(-[a-z]|--[a-z-]+=)' '' -- (commandline -ct))
end

function _pstore_fw_nothing
end

complete -c pstore-fw -f
@fish
