/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/text.h"
#include "base/error.h"

#define DIGITS_MAX 20 /* of 2^64 - 1 in decimal */

void text_init(struct text *text, char *buffer, size_t capacity) {
        *text = (struct text){ .buffer = buffer, .capacity = capacity };
        buffer[0] = '\0';
}

void text_put_char(struct text *text, char c) {
        if (text->length + 1 >= text->capacity) {
                text->truncated = true;
                return;
        }
        text->buffer[text->length++] = c;
        text->buffer[text->length] = '\0';
}

void text_put(struct text *text, const char *string) {
        for (; *string; string++)
                text_put_char(text, *string);
}

void text_put_bytes(struct text *text, struct bytes bytes) {
        for (size_t i = 0; i < bytes.size; i++)
                text_put_char(text, (char) bytes.data[i]);
}

static void put_as_hex(struct text *text, uint8_t byte) {
        text_format(text, "\\x%02x", byte);
}

void text_put_visible(struct text *text, uint8_t byte) {
        if (byte >= 0x20 && byte < 0x7f)
                text_put_char(text, (char) byte);
        else
                put_as_hex(text, byte);
}

void text_put_escaped(struct text *text, struct bytes bytes) {
        for (size_t i = 0; i < bytes.size; i++)
                if (bytes.data[i] == '\\')
                        put_as_hex(text, '\\');
                else
                        text_put_visible(text, bytes.data[i]);
}

struct conversion {
        bool left, zero;
        size_t width;
        size_t precision;
        int length; /* -2 hh, -1 h, 0, 1 l, 2 ll, 3 z */
};

static void put_padding(struct text *text, size_t length, size_t width, char with) {
        for (; length < width; length++)
                text_put_char(text, with);
}

static void put_field(struct text *text, const struct conversion *conversion, struct bytes field) {
        if (!conversion->left)
                put_padding(text, field.size, conversion->width, ' ');
        text_put_bytes(text, field);
        if (conversion->left)
                put_padding(text, field.size, conversion->width, ' ');
}

static void put_number(struct text *text, const struct conversion *conversion, uint64_t value, unsigned base,
                       bool upper, bool negative) {
        char digits[DIGITS_MAX];
        size_t at = sizeof(digits), length;

        do {
                char digit = hex_digit((unsigned) (value % base));

                digits[--at] = upper && digit >= 'a' ? (char) (digit - 'a' + 'A') : digit;
                value /= base;
        } while (value > 0);

        length = sizeof(digits) - at + negative;
        if (!conversion->left && !conversion->zero)
                put_padding(text, length, conversion->width, ' ');
        if (negative)
                text_put_char(text, '-');
        if (conversion->zero)
                put_padding(text, length, conversion->width, '0');
        text_put_bytes(text, bytes_of(digits + at, sizeof(digits) - at));
        if (conversion->left)
                put_padding(text, length, conversion->width, ' ');
}

/* va_list may be an array type, which a pointer to a parameter cannot name: hence the wrapper. */
struct argument_list {
        va_list list;
};

static uint64_t next_unsigned(struct argument_list *arguments, int length) {
        switch (length) {
        case -2:
                return (unsigned char) va_arg(arguments->list, unsigned);
        case -1:
                return (unsigned short) va_arg(arguments->list, unsigned);
        case 1:
                return va_arg(arguments->list, unsigned long);
        case 2:
                return va_arg(arguments->list, unsigned long long);
        case 3:
                return va_arg(arguments->list, size_t);
        default:
                return va_arg(arguments->list, unsigned);
        }
}

static int64_t next_signed(struct argument_list *arguments, int length) {
        switch (length) {
        case -2:
                return (signed char) va_arg(arguments->list, int);
        case -1:
                return (short) va_arg(arguments->list, int);
        case 1:
                return va_arg(arguments->list, long);
        case 2:
                return va_arg(arguments->list, long long);
        case 3:
                return va_arg(arguments->list, ptrdiff_t);
        default:
                return va_arg(arguments->list, int);
        }
}

/* Parses flags, width, precision and length behind a '%'; returns the position of the letter. */
static const char *parse_conversion(const char *at, struct argument_list *arguments,
                                    struct conversion *ret_conversion) {
        struct conversion conversion = { .precision = SIZE_MAX };

        for (; *at == '-' || *at == '0'; at++)
                if (*at == '-')
                        conversion.left = true;
                else
                        conversion.zero = true;
        for (; digit_is_decimal((uint8_t) *at); at++)
                conversion.width = conversion.width * 10 + (size_t) (*at - '0');
        if (at[0] == '.' && at[1] == '*') {
                int precision = va_arg(arguments->list, int);

                conversion.precision = precision < 0 ? SIZE_MAX : (size_t) precision;
                at += 2;
        }
        for (; *at == 'l' || *at == 'h'; at++)
                conversion.length += *at == 'l' ? 1 : -1;
        if (*at == 'z') {
                conversion.length = 3;
                at++;
        }
        if (conversion.left)
                conversion.zero = false;
        *ret_conversion = conversion;
        return at;
}

/* Returns the position of the last character that it used. */
static const char *put_conversion(struct text *text, const char *percent, struct argument_list *arguments) {
        struct conversion conversion;
        const char *at = parse_conversion(percent + 1, arguments, &conversion);

        switch (*at) {
        case 's': {
                const char *string = va_arg(arguments->list, const char *);
                size_t length = 0;

                /* With a precision the string need not end: what lies behind it is not looked at. */
                while (length < conversion.precision && string[length])
                        length++;
                put_field(text, &conversion, bytes_of(string, length));
                break;
        }
        case 'c': {
                char c = (char) va_arg(arguments->list, int);

                put_field(text, &conversion, bytes_of(&c, 1));
                break;
        }
        case 'd': {
                int64_t value = next_signed(arguments, conversion.length);

                /* Negated without a sign: the least number has no counterpart with one. */
                put_number(text, &conversion, value < 0 ? -(uint64_t) value : (uint64_t) value, 10, false,
                           value < 0);
                break;
        }
        case 'u':
                put_number(text, &conversion, next_unsigned(arguments, conversion.length), 10, false, false);
                break;
        case 'x':
        case 'X':
                put_number(text, &conversion, next_unsigned(arguments, conversion.length), 16, *at == 'X',
                           false);
                break;
        case '%':
                text_put_char(text, '%');
                break;
        default: /* unknown, or the end of the format */
                at -= *at == '\0';
                text_put_bytes(text, bytes_of(percent, (size_t) (at - percent) + 1));
        }
        return at;
}

void text_format_list(struct text *text, const char *format, va_list arguments) {
        struct argument_list copy;

        va_copy(copy.list, arguments);
        for (const char *at = format; *at; at++) {
                if (*at == '%')
                        at = put_conversion(text, at, &copy);
                else
                        text_put_char(text, *at);
        }
        va_end(copy.list);
}

void text_format(struct text *text, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        text_format_list(text, format, arguments);
        va_end(arguments);
}

size_t text_length(const char *string) {
        size_t length = 0;

        while (string[length])
                length++;
        return length;
}

bool text_equal(const char *left, const char *right) {
        return bytes_equal(text_view(left), text_view(right));
}

bool text_is_among(const char *string, const char *const *list) {
        for (; *list; list++)
                if (text_equal(string, *list))
                        return true;
        return false;
}

bool text_starts_with(const char *string, const char *prefix) {
        return bytes_start_with(text_view(string), text_view(prefix));
}

bool text_ends_with(const char *string, const char *ending) {
        return bytes_end_with(text_view(string), text_view(ending));
}

void text_put_hex(struct text *text, struct bytes bytes) {
        for (size_t i = 0; i < bytes.size; i++)
                text_format(text, "%02x", (unsigned) bytes.data[i]);
}

char hex_digit(unsigned nibble) {
        return "0123456789abcdef"[nibble & 0xf];
}

int hex_value(char digit) {
        if (digit >= '0' && digit <= '9')
                return digit - '0';
        if (digit >= 'a' && digit <= 'f')
                return digit - 'a' + 10;
        if (digit >= 'A' && digit <= 'F')
                return digit - 'A' + 10;
        return ERR_VALUE;
}

int decimal_parse(struct bytes view, size_t *offset, uint64_t maximum, uint64_t *ret_value) {
        uint64_t value = 0;
        size_t at = *offset;

        for (; at < view.size && digit_is_decimal(view.data[at]); at++) {
                unsigned digit = view.data[at] - '0';

                /* The same as value * 10 + digit > maximum, which might wrap. */
                if (value > (maximum - digit) / 10 || digit > maximum)
                        return ERR_VALUE;
                value = value * 10 + digit;
        }
        if (at == *offset)
                return ERR_VALUE;
        *offset = at;
        *ret_value = value;
        return 0;
}

int hex_parse(struct bytes view, size_t *offset, size_t digits, uint64_t *ret_value) {
        uint64_t value = 0;

        if (!bytes_contain(view, *offset, digits))
                return ERR_VALUE;
        for (size_t i = 0; i < digits; i++) {
                int nibble = hex_value((char) view.data[*offset + i]);

                if (nibble < 0)
                        return ERR_VALUE;
                value = value << 4 | (unsigned) nibble;
        }
        *offset += digits;
        *ret_value = value;
        return 0;
}
