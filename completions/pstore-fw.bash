# SPDX-License-Identifier: BSD-2-Clause-Patent
# bash completion of pstore-fw, for the package bash-completion.

# What 'list' shows, of the sources that were named: events at the margin, records below them. Whoever may not read
# them gets none, nor does one come whose name would mean something to the shell: names are as somebody wrote them.
_pstore_fw_ids()
{
	local ids
	mapfile -t ids < <("${words[0]}" list --quiet "${sources[@]}" 2>/dev/null </dev/null |
		sed -nE 's,^( {2})?([0-9]{8}T[0-9]{6}Z-[0-9A-Za-z_-]+|[a-z]+:[0-9A-Za-z:@./_-]+)( .*)?$,\2,p')
	_pstore_fw_choose "${ids[@]}"
}

# Not by compgen, which expands the words.
_pstore_fw_choose()
{
	local word
	COMPREPLY=()
	for word in "$@"; do
		[[ $word == "$cur"* ]] && COMPREPLY+=("$word")
	done
	[[ ${COMPREPLY-} == *: ]] && compopt -o nospace
	__ltrim_colon_completions "$cur"
}

# Behind a word that ends in ':' a path follows.
_pstore_fw_words()
{
	local all=$cur
	if [[ $cur != *:* ]]; then
		_pstore_fw_choose "$@"
		return
	fi
	cur=${all#*:}
	_filedir
	COMPREPLY=("${COMPREPLY[@]/#/${all%%:*}:}")
	__ltrim_colon_completions "$all"
}

_pstore_fw_files()
{
	_filedir
}

_pstore_fw_directories()
{
	_filedir -d
}

_pstore_fw_nothing()
{
	COMPREPLY=()
}

_pstore_fw()
{
	local cur prev words cword split
	_init_completion -s -n : || return

	local with_argument='
@names-with-argument
	'
	local groups='
@group-names
	'
	local verb= verbs= options= operand= sources=() i
	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		-s|--source) sources+=(--source "${words[++i]}") ;;
		-s?*|--source=*|--deleted) sources+=("${words[i]}") ;;
		-*) [[ $with_argument == *" ${words[i]}"[[:space:]]* ]] && ((i++)) ;;
		help) ;;
		*) [[ -z $verb || $groups == *" $verb"[[:space:]]* ]] && verb+=${verb:+ }${words[i]} ;;
		esac
	done

	case $prev in
@bash-arguments
	esac
	$split && return

	case $verb in
@bash-options
	esac
	if [[ $cur == -* ]]; then
		_pstore_fw_choose $options
		return
	fi
	case $verb in
@bash-verbs
	esac
	if [[ $verbs ]]; then
		_pstore_fw_choose $verbs
	elif [[ $operand ]]; then
		$operand
	fi
}

complete -F _pstore_fw pstore-fw
