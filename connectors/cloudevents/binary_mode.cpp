#include "cloudevents/binary_mode.h"

#include <algorithm>

#include "base/hex.h"
#include "base/utf8.h"
#include "event/json_reader.h"
#include "event/json_writer.h"
#include "support/readers.h"
#include "support/text.h"

namespace earshot::cloudevents {
namespace {

constexpr std::string_view kPrefix = "ce-";

bool is_attribute_name(std::string_view name) {
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name != "data" && std::all_of(name.begin(), name.end(), good);
}

// Nothing when a percent sign is not followed by two hex digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

}  // namespace

std::string media_type(const Headers& headers) {
  const auto found = headers.find("content-type");
  if (found == headers.end()) return {};
  return to_lower(trim(std::string_view(found->second).substr(0, found->second.find(';'))));
}

tl::expected<std::string, Refusal> structured_from_binary(const Headers& headers, std::string_view body) {
  std::string event;
  for (const auto& [name, value] : headers) {
    if (!name.starts_with(kPrefix)) continue;
    const std::string_view attribute = std::string_view(name).substr(kPrefix.size());
    const auto decoded = percent_decoded(value);
    if (!is_attribute_name(attribute) || !decoded || !is_valid_utf8(*decoded)) {
      return tl::unexpected(
          Refusal{DeadLetterReason::invalid_event, "header " + name + " is not an attribute of a CloudEvent"});
    }
    event += event.empty() ? "{" : ",";
    append_json_string(event, attribute);
    event += ':';
    append_json_string(event, *decoded);
  }
  if (event.empty()) event = "{\"specversion\":\"\"";  // the decoder says what is wrong
  if (const std::string type = media_type(headers);
      type.empty() || type == "application/json" || type.ends_with("+json")) {
    // Checked alone first: what stands in the body must not be able to add attributes.
    JsonDocument document;
    if (auto root = document.parse(body); !root)
      return tl::unexpected(Refusal{DeadLetterReason::not_json, root.error().message});
    if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
    event += ",\"data\":";
    event += body;
  } else {
    event += ",\"data_base64\":";
    append_json_string(event, to_base64(body));
  }
  event += '}';
  return event;
}

}  // namespace earshot::cloudevents
