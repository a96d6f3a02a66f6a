// Sentences of our own, for what the labelled sets do not hold: questions, facts, problems told without a harsh word.
// One line stands for many sentences:
//
//     {thing} = phone | jacket | desk lamp
//     en neg delivery : my {thing} was due {yesterday|on Monday} and {has not come|is not here yet}
//
// A line is a language, a sentiment (or none), and words for what else is true: issue types, `complaint`, `leave`,
// `suggest`. Each gives kRowsPerLine sentences at most, drawn with a seed that the line itself gives.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "earshot/result.h"

namespace earshot::text {

inline constexpr std::size_t kRowsPerLine = 24;

struct OwnRow {
  std::string language;
  std::string sentiment;
  std::uint16_t issues = 0;  // bit i: IssueType i + 1
  bool complaint = false;
  bool leave = false;
  bool suggest = false;
  std::string text;
};

struct OwnRows {
  std::vector<OwnRow> rows;
  std::string sha256;  // of the file
};

Result<OwnRows> read_own_rows(const std::filesystem::path& path);

}  // namespace earshot::text
