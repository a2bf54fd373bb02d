# SPDX-License-Identifier: BSD-2-Clause-Patent
# shellcheck shell=sh
#
# What the scripts of initramfs-tools and of dracut share: a capture in the distribution's own initramfs.
# Sourced by them, by a POSIX shell that may have no other tools than klibc's.

PSTORE_FW_PROGRAM=/pstore-fw-capture
PSTORE_FW_PLAN=/plan
PSTORE_FW_GUARD=/run/pstore-fw-kdump.guard
PSTORE_FW_DUMPS=/run/pstore-fw-dumps

# True in a crash kernel that `pstore-fw kdump load` has loaded.
pstore_fw_is_wanted() {
	[ -e /proc/vmcore ] && [ -x "$PSTORE_FW_PROGRAM" ] && [ -r "$PSTORE_FW_PLAN" ] || return 1
	read -r pstore_fw_line < /proc/cmdline
	case " $pstore_fw_line " in
	*" pstore_fw.capture "*) return 0 ;;
	esac
	return 1
}

pstore_fw_tell() {
	echo "pstore-fw: $1" > /dev/kmsg
}

# The value of a setting of the plan, whose lines are "name = value".
pstore_fw_setting() {
	while read -r pstore_fw_name pstore_fw_equals pstore_fw_value; do
		if [ "$pstore_fw_name" = "$1" ] && [ "$pstore_fw_equals" = "=" ]; then
			echo "$pstore_fw_value"
		fi
	done < "$PSTORE_FW_PLAN"
}

# At once, without a sync: where it is needed, a disk may hang, for which sync and umount wait for ever.
pstore_fw_reset() {
	pstore_fw_tell "$1"
	echo b > /proc/sysrq-trigger
}

# So many seconds from now, and why. Prints what kills it.
pstore_fw_reset_after() {
	(
		sleep "$1"
		pstore_fw_reset "$2"
	) < /dev/null > /dev/null 2>&1 &
	echo "$!"
}

# A question for a passphrase, or a disk that never comes, must not hold the machine for ever.
pstore_fw_start_guard() {
	pstore_fw_seconds=$(pstore_fw_setting bound_seconds)
	pstore_fw_seconds=${pstore_fw_seconds:-300}
	pstore_fw_reset_after "$pstore_fw_seconds" "no file system for the dump within $pstore_fw_seconds s: reset" \
		> "$PSTORE_FW_GUARD"
}

# The capture has a guard of its own.
pstore_fw_stop_guard() {
	[ -r "$PSTORE_FW_GUARD" ] || return 0
	read -r pstore_fw_pid < "$PSTORE_FW_GUARD"
	kill "$pstore_fw_pid" 2> /dev/null
}

# Only the root file system's volumes have been activated so far.
pstore_fw_find_device() {
	[ -b "$1" ] && return 0
	if command -v lvm > /dev/null; then
		lvm vgchange -ay --sysinit > /dev/kmsg 2>&1
	fi
	if command -v udevadm > /dev/null; then
		udevadm settle --timeout=30
	fi
	[ -b "$1" ]
}

# The plan's directory is seen from the root of its file system, which may not be what is mounted on / : a
# subvolume is, or /var is a file system of its own. So that file system is mounted once more. One without a
# device, such as NFS, is / itself.
pstore_fw_mount() {
	pstore_fw_device=/dev/disk/by-uuid/$(pstore_fw_setting uuid)
	pstore_fw_type=$(pstore_fw_setting file_system)
	pstore_fw_options=$(pstore_fw_setting mount_options)
	mount -o remount,rw "$1"
	if ! pstore_fw_find_device "$pstore_fw_device"; then
		pstore_fw_tell "$pstore_fw_device: not there, the dump goes to the root file system"
		PSTORE_FW_DUMPS=$1
		return
	fi
	mkdir -p "$PSTORE_FW_DUMPS"
	if ! mount -t "$pstore_fw_type" -o "rw${pstore_fw_options:+,$pstore_fw_options}" "$pstore_fw_device" \
		"$PSTORE_FW_DUMPS"; then
		pstore_fw_tell "$pstore_fw_device: cannot be mounted, the dump goes to the root file system"
		PSTORE_FW_DUMPS=$1
	fi
}

# Saves everything below the root file system mounted at $1, and resets the machine: there is no way back. What
# was saved is flushed when the capture ends, so the rest has seconds.
pstore_fw_capture() {
	pstore_fw_mount "$1"
	pstore_fw_stop_guard
	"$PSTORE_FW_PROGRAM" --mounted "$PSTORE_FW_DUMPS"
	pstore_fw_tell "the capture ended with status $?"
	pstore_fw_reset_after 10 "the file systems do not come to rest: reset" > /dev/null
	umount "$PSTORE_FW_DUMPS"
	sync
	pstore_fw_reset "reset"
}
