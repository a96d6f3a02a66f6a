// The samples in the connectors' folders, and what a connector makes of bytes, written so that a person can read it.
//
// `<stem>.<extension>` is the payload; `<stem>.settings.json` its connector's settings (none: `{}`);
// `<stem>.expected.jsonl` what it must give. A payload that ends in `.http` is a request: a request line, headers, an
// empty line, the body.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "all.h"
#include "event/codec.h"
#include "event/json_writer.h"

namespace earshot::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Sample {
  std::string connector;
  std::filesystem::path path;
  std::string settings;
  std::string head;  // of a request, with the empty line
  std::string body;

  std::filesystem::path expected_path() const {
    return std::filesystem::path(path).replace_extension("expected.jsonl");
  }
  std::string title() const { return connector + "/" + path.filename().string(); }
};

inline bool is_payload(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return !name.ends_with(".settings.json") && !name.ends_with(".expected.jsonl") && name != "signatures.json";
}

inline Sample load_sample(const std::string& connector, const std::filesystem::path& path) {
  Sample sample{connector, path, "{}", "", read_file(path)};
  if (const auto settings = std::filesystem::path(path).replace_extension("settings.json");
      std::filesystem::exists(settings)) {
    sample.settings = read_file(settings);
  }
  if (path.extension() == ".http") {
    const std::size_t body = sample.body.find("\r\n\r\n") + 4;
    sample.head = sample.body.substr(0, body);
    sample.body.erase(0, body);
  }
  return sample;
}

inline std::vector<Sample> all_samples() {
  std::vector<Sample> samples;
  for (const std::string_view connector : connector_names()) {
    const auto folder = std::filesystem::path(EARSHOT_SOURCE_DIR) / "connectors" / connector / "samples";
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      if (is_payload(path)) samples.push_back(load_sample(std::string(connector), path));
    }
  }
  return samples;
}

// Header names in lower case, as the HTTP server hands them on.
inline Headers parse_head(const std::string& head) {
  Headers headers;
  if (head.empty()) return headers;
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    const std::size_t colon = head.find(": ", at);
    if (end == at || colon > end) break;
    std::string name = head.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    headers[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  return headers;
}

// Everything that was found, in order.
struct Found : Findings {
  void event(Event event) override { events.push_back(std::move(event)); }
  void dead_letter(DeadLetter letter) override { letters.push_back(std::move(letter)); }
  void skipped() override { ++skips; }

  std::vector<Event> events;
  std::vector<DeadLetter> letters;
  int skips = 0;
};

struct ShownLetter {  // without its bytes: the payload stands beside it
  DeadLetter letter;
};
template <class F>
void fields(F& f, ShownLetter& v) {
  f.required("dead_letter", v.letter.reason);
  f.optional("detail", v.letter.detail);
  f.required("place", v.letter.place);
  f.required("length", v.letter.length);
  f.required("sha256", v.letter.sha256);
}

inline std::string show(const Found& found) {
  std::string text;
  for (const Event& event : found.events) text += encode(event) + "\n";
  for (const DeadLetter& letter : found.letters) text += write_json(ShownLetter{letter}) + "\n";
  if (found.skips > 0) text += "{\"skipped\":" + std::to_string(found.skips) + "}\n";
  return text;
}

inline Origin origin_of(const Sample& sample) {
  return {"acme", sample.path.filename().string(), sample.path.filename().string(),
          parse_rfc3339("2026-11-22T12:00:00Z").value()};
}

// Feeds `body` in pieces of at most `piece_bytes`.
inline Found play(const Connector& connector, const Sample& sample, std::string_view body,
                  std::size_t piece_bytes = std::string::npos) {
  Found found;
  std::unique_ptr<Reader> reader;
  if (sample.head.empty()) {
    reader = connector.open(origin_of(sample), found);
  } else {
    auto opened = connector.open_request(origin_of(sample), parse_head(sample.head), found);
    if (!opened) return found;
    reader = std::move(*opened);
  }
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, piece_bytes);
    reader->feed(piece);
    body.remove_prefix(piece.size());
  }
  reader->finish();
  return found;
}

}  // namespace earshot::test
