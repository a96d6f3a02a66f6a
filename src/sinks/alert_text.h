// What a person reads of a notice in a chat: a few lines, in which what came from outside can be nothing but text.
//
// Reasons, handles and names of departments may hold what customers wrote. Nobody is mentioned by them, nothing becomes
// a link or markup, and no line is broken, turned around or hidden, whatever the chat makes of text; what one kind of
// chat escapes besides is its own business. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/sink.h"

namespace earshot {

// The first line says what happened; each of the others one thing about it.
std::vector<std::string> lines_of(const Notice& notice);

// `https://a.example/@all` → `https[:]//a[.]example/＠all`; at most so many characters, with `…` where it was cut.
std::string plain(std::string_view text, std::size_t characters_max = 200);

// The lines as one text of at most so many bytes, cut between characters.
std::string text_of(const std::vector<std::string>& lines, std::size_t bytes_max);

}  // namespace earshot
