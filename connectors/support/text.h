// Text as it comes from outside: other encodings, space of every kind, numbers written for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace earshot {

// Nothing when the bytes are not GB18030 (which contains GBK and GB2312).
std::optional<std::string> gb18030_to_utf8(std::string_view bytes);

// Without white space at both ends: ASCII, no-break and ideographic spaces, byte order marks.
std::string_view trim(std::string_view text);

// ASCII letters only; the rest stays.
std::string to_lower(std::string_view text);

// A name that may appear in messages and ids: no control characters (C0, DEL), valid UTF-8.
bool is_clean(std::string_view text);

std::optional<std::int64_t> parse_integer(std::string_view text);  // all of it, decimal, within 64 bits

// `2.5`, `-3`, `+0.25` in units of 10^-digits: with 3 digits 2500. Digits beyond are rounded half away from zero.
std::optional<std::int64_t> parse_decimal(std::string_view text, int digits);

// A rating as people write it: `2.5`, `4 stars`, `1分`, `五星`, `四星半`, `★★★☆☆`. In thousandths.
std::optional<std::int64_t> parse_stars(std::string_view text);

// How many digits stand behind the decimal mark: JPY has none, KWD three, most two.
int minor_digits(std::string_view currency);

// Money in minor units of `currency`: `1,299.00`, `-196.1`, `¥389`, `1.299,00` with
// decimal mark `,`. Never through a double. Nothing if there are more digits than the currency has, unless they are
// zeros, or if thousands separators stand in odd places.
std::optional<std::int64_t> parse_money(std::string_view text, std::string_view currency, char decimal_mark);

}  // namespace earshot
