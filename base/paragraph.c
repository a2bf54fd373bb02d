/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "base/paragraph.h"

void paragraph_put_word(struct paragraph *paragraph, struct bytes word) {
        size_t joint_size = text_length(paragraph->joint);

        if (paragraph->begun && paragraph->column + 1 + word.size + joint_size > PARAGRAPH_WIDTH) {
                text_put(paragraph->text, paragraph->joint);
                text_put_char(paragraph->text, '\n');
                for (paragraph->column = 0; paragraph->column < paragraph->indent; paragraph->column++)
                        text_put_char(paragraph->text, ' ');
        } else if (paragraph->begun) {
                text_put_char(paragraph->text, ' ');
                paragraph->column++;
        }
        text_put_bytes(paragraph->text, word);
        paragraph->column += word.size;
        paragraph->begun = true;
}

static size_t word_size(const char *words, bool is_command) {
        char quote = '\0';
        size_t size = 0;

        for (; words[size] && (words[size] != ' ' || quote); size++) {
                if (quote)
                        quote = words[size] == quote ? '\0' : quote;
                else if (is_command && (words[size] == '\'' || words[size] == '"'))
                        quote = words[size];
        }
        return size;
}

void paragraph_put_words(struct paragraph *paragraph, const char *words) {
        while (*words) {
                size_t size = word_size(words, paragraph->joint[0]);

                paragraph_put_word(paragraph, bytes_of(words, size));
                words += size + (words[size] == ' ');
        }
}
