/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <efi.h>
#include <efipciio.h>
#include <stdbool.h>

#include "tests/support/fake-erst.h"

/*
 * The ERST device of tests/support/fake-erst.h in this process' own memory: the application reaches its
 * registers through plain pointers. Memory cannot react to a write, so the table stalls behind each command,
 * and the device does its work in Stall(). It is a PCI device; with decode off all registers read as ones.
 */
struct fake_device;

struct fake_pci {
        EFI_PCI_IO_PROTOCOL protocol; /* first */
        struct fake_device *owner;
        unsigned enables;
};

struct fake_device {
        struct fake_erst erst; /* its store and its lies */
        struct {
                uint32_t action, unused;
                uint64_t value;
        } registers;
        struct fake_pci bridge, pci; /* the bridge has other memory */
        bool decode;
        EFI_STATUS enable_status;
        struct erst_builder builder;
        uint8_t rsdp[36], xsdt[64], other_table[36];
        struct bytes table;
};

/* A device with decode on, and the ACPI tables that lead to it. */
void fake_device_init(struct fake_device *device);
const void *fake_device_rsdp(const struct fake_device *device);

/* The machine has ACPI and no ERST. */
void fake_device_remove_table(struct fake_device *device);

/* Decode off, as OVMF leaves it. */
void fake_device_switch_off(struct fake_device *device);

/* Lets time pass, and the device act. */
void fake_device_stall(struct fake_device *device, uint64_t duration_us);

/* A record as Linux writes it, with this text. */
void fake_device_put_record(struct fake_device *device, uint64_t id, uint64_t seconds, const char *text);
