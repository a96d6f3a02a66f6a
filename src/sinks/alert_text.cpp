#include "sinks/alert_text.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "event/names.h"

namespace earshot {

namespace {

constexpr std::size_t kAlertsShown = 10;  // of a digest
constexpr std::size_t kReasonsShown = 3;

struct Character {
  char32_t code = 0;
  std::string_view bytes;
};

// Of valid UTF-8.
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t code = length == 1 ? lead : lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  return {code, text.substr(0, length)};
}

bool is_between(char32_t code, char32_t first, char32_t last) { return code >= first && code <= last; }

// Zero width, or turns the direction of writing, or a tag that nobody sees.
bool is_unseen(char32_t code) {
  return code == 0xad || code == 0x61c || code == 0x180e || code == 0xfeff || is_between(code, 0x200b, 0x200f) ||
         is_between(code, 0x202a, 0x202e) || is_between(code, 0x2060, 0x206f) || is_between(code, 0xfe00, 0xfe0f) ||
         is_between(code, 0xe0000, 0xe0fff);
}

bool is_break(char32_t code) { return code < 0x20 || is_between(code, 0x7f, 0x9f) || code == 0x2028 || code == 0x2029; }

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What stands for a character that some chat takes for more than itself; `rest` follows it.
std::string_view shown(const Character& character, char before, std::string_view rest) {
  switch (character.code) {
    case '@': return "＠";
    case '<': return "＜";
    case '>': return "＞";
    case '[': return "［";
    case ']': return "］";
    case ':': return rest.starts_with("//") ? "[:]" : ":";
    // A dot as in a domain, not as in a number or at the end of a sentence.
    case '.':
      return !rest.empty() && is_letter_or_digit(before) && is_letter_or_digit(rest[0]) && !is_digit(rest[0]) ? "[.]"
                                                                                                              : ".";
    default: return character.bytes;
  }
}

std::string time_text(Timestamp at) {
  std::string text = format_rfc3339(at);  // 2026-11-20T08:15:30Z
  text[10] = ' ';
  return text.substr(0, 16) + " UTC";
}

std::string headline(const AlertRaised& alert) {
  return "[" + std::string(name_of(alert.severity)) + "] " + plain(alert.title);
}

std::vector<std::string> lines_of_one(const AlertRaised& alert, std::string_view key) {
  std::vector<std::string> lines{headline(alert)};
  if (alert.case_id) lines.push_back("case " + alert.case_id->hex());
  if (alert.customer) lines.push_back("customer " + (key.empty() ? alert.customer->hex() : plain(key, 100)));
  std::string why;
  for (std::size_t i = 0; i < std::min(alert.reasons.size(), kReasonsShown); ++i)
    why += (i == 0 ? "why: " : "; ") + plain(alert.reasons[i]);
  if (!why.empty()) lines.push_back(std::move(why));
  std::string owner = plain(alert.owner, 60);
  if (!alert.department.empty()) owner += (owner.empty() ? "nobody yet, " : ", ") + plain(alert.department, 60);
  if (!owner.empty()) lines.push_back("owner: " + owner);
  if (alert.due) lines.push_back("due: " + time_text(*alert.due));
  return lines;
}

std::vector<std::string> lines_of_digest(std::vector<const AlertRaised*> alerts) {
  std::stable_sort(alerts.begin(), alerts.end(),
                   [](const auto* a, const auto* b) { return a->severity > b->severity; });
  std::string first = std::to_string(alerts.size()) + " alerts at once:";
  for (const Severity severity : {Severity::critical, Severity::warning, Severity::info}) {
    const auto count =
        std::count_if(alerts.begin(), alerts.end(), [&](const auto* alert) { return alert->severity == severity; });
    if (count > 0)
      first += (first.ends_with(':') ? " " : ", ") + std::to_string(count) + " " + std::string(name_of(severity));
  }
  std::vector<std::string> lines{std::move(first)};
  for (std::size_t i = 0; i < std::min(alerts.size(), kAlertsShown); ++i)
    lines.push_back(headline(*alerts[i]) + (alerts[i]->case_id ? ", case " + alerts[i]->case_id->hex() : ""));
  if (alerts.size() > kAlertsShown)
    lines.push_back("and " + std::to_string(alerts.size() - kAlertsShown) +
                    " more: the page or `earshot alerts` has them");
  return lines;
}

}  // namespace

std::string plain(std::string_view text, std::size_t characters_max) {
  if (!is_valid_utf8(text)) return "?";
  std::string seen;  // first, so that nothing hides a link from us that a reader would see
  for (std::string_view rest = text; !rest.empty();) {
    const Character character = first_character(rest);
    rest.remove_prefix(character.bytes.size());
    if (!is_unseen(character.code)) seen += is_break(character.code) ? std::string_view(" ") : character.bytes;
  }
  std::string out;
  char before = ' ';
  std::size_t count = 0;
  for (std::string_view rest = seen; !rest.empty(); ++count) {
    if (count == characters_max) return out + "…";
    const Character character = first_character(rest);
    rest.remove_prefix(character.bytes.size());
    out += shown(character, before, rest);
    before = character.bytes.back();
  }
  return out;
}

std::vector<std::string> lines_of(const Notice& notice) {
  std::vector<const AlertRaised*> alerts;
  for (const Event& event : notice.alerts) alerts.push_back(&std::get<AlertRaised>(event.body));
  if (alerts.size() > 1) return lines_of_digest(std::move(alerts));
  return lines_of_one(*alerts.front(), notice.customers.empty() ? "" : notice.customers.front());
}

std::string text_of(const std::vector<std::string>& lines, std::size_t bytes_max) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return std::string(utf8_prefix(text, bytes_max));
}

}  // namespace earshot
