/* SPDX-License-Identifier: BSD-2-Clause-Patent */

/*
 * A flash that takes its time: the attributes say slow, and an operation may take two seconds. Linux 6.1
 * waits one millisecond.
 */

[0004]                          Signature : "ERST"
[0004]                       Table Length : 00000000
[0001]                           Revision : 01
[0001]                           Checksum : 00
[0006]                             Oem ID : "PSTORE"
[0008]                       Oem Table ID : "FIRMWARE"
[0004]                       Oem Revision : 00000001
[0004]                    Asl Compiler ID : "INTL"
[0004]              Asl Compiler Revision : 00000001

[0004]        Serialization Header Length : 0000000C
[0004]                           Reserved : 00000000
[0004]            Instruction Entry Count : 00000011

[0001]                             Action : 00 [Begin Write Operation]
[0001]                        Instruction : 03 [Write Register Value]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 08
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 01
[0008]                            Address : 000000007A622018
[0008]                              Value : 0000000000000041
[0008]                               Mask : 00000000000000FF

[0001]                             Action : 01 [Begin Read Operation]
[0001]                        Instruction : 03 [Write Register Value]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 08
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 01
[0008]                            Address : 000000007A622018
[0008]                              Value : 0000000000000042
[0008]                               Mask : 00000000000000FF

[0001]                             Action : 02 [Begin Clear Operation]
[0001]                        Instruction : 03 [Write Register Value]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 08
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 01
[0008]                            Address : 000000007A622018
[0008]                              Value : 0000000000000043
[0008]                               Mask : 00000000000000FF

[0001]                             Action : 03 [End Operation]
[0001]                        Instruction : 03 [Write Register Value]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 08
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 01
[0008]                            Address : 000000007A622045
[0008]                              Value : 0000000000000001
[0008]                               Mask : 00000000000000FF

[0001]                             Action : 04 [Set Record Offset]
[0001]                        Instruction : 02 [Write Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 20
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 03
[0008]                            Address : 000000007A622019
[0008]                              Value : 0000000000000000
[0008]                               Mask : 00000000FFFFFFFF

[0001]                             Action : 05 [Execute Operation]
[0001]                        Instruction : 03 [Write Register Value]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 01 [SystemIO]
[0001]                          Bit Width : 08
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 01
[0008]                            Address : 00000000000000B2
[0008]                              Value : 000000000000006E
[0008]                               Mask : 00000000000000FF

[0001]                             Action : 06 [Check Busy Status]
[0001]                        Instruction : 01 [Read Register Value]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 08
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 01
[0008]                            Address : 000000007A62201D
[0008]                              Value : 0000000000000001
[0008]                               Mask : 0000000000000001

[0001]                             Action : 07 [Get Command Status]
[0001]                        Instruction : 00 [Read Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 08
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 01
[0008]                            Address : 000000007A62201E
[0008]                              Value : 0000000000000000
[0008]                               Mask : 00000000000000FF

[0001]                             Action : 08 [Get Record Identifier]
[0001]                        Instruction : 00 [Read Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 40
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 04
[0008]                            Address : 000000007A62201F
[0008]                              Value : 0000000000000000
[0008]                               Mask : FFFFFFFFFFFFFFFF

[0001]                             Action : 09 [Set Record Identifier]
[0001]                        Instruction : 02 [Write Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 40
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 04
[0008]                            Address : 000000007A622027
[0008]                              Value : 0000000000000000
[0008]                               Mask : FFFFFFFFFFFFFFFF

[0001]                             Action : 0A [Get Record Count]
[0001]                        Instruction : 00 [Read Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 10
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 02
[0008]                            Address : 000000007A62202F
[0008]                              Value : 0000000000000000
[0008]                               Mask : 000000000000FFFF

[0001]                             Action : 0D [Get Error Address Range]
[0001]                        Instruction : 00 [Read Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 40
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 04
[0008]                            Address : 000000007A622031
[0008]                              Value : 0000000000000000
[0008]                               Mask : FFFFFFFFFFFFFFFF

[0001]                             Action : 0E [Get Error Address Length]
[0001]                        Instruction : 00 [Read Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 20
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 03
[0008]                            Address : 000000007A622039
[0008]                              Value : 0000000000000000
[0008]                               Mask : 00000000FFFFFFFF

[0001]                             Action : 0F [Get Error Attributes]
[0001]                        Instruction : 03 [Write Register Value]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 20
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 03
[0008]                            Address : 0000000076003018
[0008]                              Value : 0000000000000004
[0008]                               Mask : 00000000FFFFFFFF

[0001]                             Action : 0F [Get Error Attributes]
[0001]                        Instruction : 00 [Read Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 20
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 03
[0008]                            Address : 0000000076003018
[0008]                              Value : 0000000000000000
[0008]                               Mask : 00000000FFFFFFFF

[0001]                             Action : 10 [Execute Timings]
[0001]                        Instruction : 03 [Write Register Value]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 40
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 04
[0008]                            Address : 0000000076003020
[0008]                              Value : 001E8480000249F0
[0008]                               Mask : FFFFFFFFFFFFFFFF

[0001]                             Action : 10 [Execute Timings]
[0001]                        Instruction : 00 [Read Register]
[0001]              Flags (decoded below) : 00
                   Preserve Register Bits : 0
[0001]                           Reserved : 00
[0012]                    Register Region : [Generic Address Structure]
[0001]                           Space ID : 00 [SystemMemory]
[0001]                          Bit Width : 40
[0001]                         Bit Offset : 00
[0001]               Encoded Access Width : 04
[0008]                            Address : 0000000076003020
[0008]                              Value : 0000000000000000
[0008]                               Mask : FFFFFFFFFFFFFFFF
