# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Boots the application and a Linux kernel in QEMU with OVMF, and looks at what they left behind."""
