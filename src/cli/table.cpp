#include "cli/table.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

#include "earshot/check.h"

namespace earshot::cli {
namespace {

constexpr std::string_view kBetween = "  ";

bool is_control(UChar32 c) {
  const auto kind = u_charType(c);
  return kind == U_CONTROL_CHAR || kind == U_LINE_SEPARATOR || kind == U_PARAGRAPH_SEPARATOR;
}

std::size_t width_of(UChar32 c) {
  const auto kind = u_charType(c);
  if (kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK || kind == U_FORMAT_CHAR) return 0;
  const int wide = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return wide == U_EA_WIDE || wide == U_EA_FULLWIDTH ? 2 : 1;
}

// Calls `visit` with each character; false ends it.
template <class Visit>
void each_character(std::string_view utf8, Visit visit) {
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    if (!visit(text.char32At(i))) return;
  }
}

void append(std::string& out, UChar32 c) { icu::UnicodeString(c).toUTF8String(out); }

}  // namespace

std::string show_time(Timestamp at) {
  std::string text = format_rfc3339(at).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string show_span(Millis span) {
  struct Unit {
    Millis length;
    std::string_view name;
  };
  static constexpr std::array<Unit, 4> kUnits{{{std::chrono::days(1), "d"},
                                               {std::chrono::hours(1), "h"},
                                               {std::chrono::minutes(1), "min"},
                                               {std::chrono::seconds(1), "s"}}};
  if (span < Millis(0)) return "-" + show_span(-span);
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const auto whole = span / kUnits[i].length;
    if (whole == 0) continue;
    std::string text = std::to_string(whole) + " " + std::string(kUnits[i].name);
    if (i + 1 == kUnits.size()) return text;
    const auto rest = span % kUnits[i].length / kUnits[i + 1].length;
    if (rest > 0) text += " " + std::to_string(rest) + " " + std::string(kUnits[i + 1].name);
    return text;
  }
  return std::to_string(span.count()) + " ms";
}

std::string printable(std::string_view text) {
  std::string out;
  each_character(text, [&](UChar32 c) {
    if (is_control(c)) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (u_charType(c) != U_FORMAT_CHAR) {
      append(out, c);
    }
    return true;
  });
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  each_character(text, [&](UChar32 c) {
    width += width_of(c);
    return true;
  });
  return width;
}

std::string clipped(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  std::size_t used = 1;  // for the sign that something is missing
  each_character(text, [&](UChar32 c) {
    used += width_of(c);
    if (used <= width) append(out, c);
    return used <= width;
  });
  return out + "…";
}

void Table::add(std::vector<std::string> cells) {
  EARSHOT_CHECK(cells.size() == columns_.size(), "a row has a cell for each column");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = printable(cells[i]);
    if (i + 1 < cells.size()) cells[i] = clipped(cells[i], columns_[i].width_max);
  }
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> shown;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = 0;
    for (const auto& row : rows_) widest = std::max(widest, display_width(row[i]));
    if (widest == 0) continue;
    shown.push_back(i);
    widths.push_back(std::max(widest, display_width(columns_[i].title)));
  }
  std::string out;
  const auto append_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t k = 0; k < shown.size(); ++k) {
      const std::string& cell = cell_of(shown[k]);
      const std::string padding(widths[k] - display_width(cell), ' ');
      if (k > 0) line += kBetween;
      line += columns_[shown[k]].to_the_right ? padding + cell : cell + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  if (shown.empty()) return out;
  append_line([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  for (const auto& row : rows_) append_line([&](std::size_t i) -> const std::string& { return row[i]; });
  return out;
}

}  // namespace earshot::cli
