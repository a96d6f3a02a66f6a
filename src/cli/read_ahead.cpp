#include "cli/read_ahead.h"

#include "processors/intake/intake.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kNewerMax = 16'384;  // about what may wait at the front door

std::string name_of(std::string_view text, std::string_view language) {
  std::string name;
  name.reserve(text.size() + 1 + language.size());
  name.append(text).push_back('\0');
  return name.append(language);
}

}  // namespace

Analysis ReadAhead::analyze(std::string_view text, std::string_view declared_language) const {
  return analyzer_.analyze(text, declared_language, {.evidence = false});
}

void ReadAhead::read(const Event& event) {
  const auto* input = std::get_if<Input>(&event.body);
  const auto text = input == nullptr ? std::nullopt : text_to_read(*input);
  if (!text) return;
  Analysis analysis = analyze(*text, input->content.language);
  std::string name = name_of(*text, input->content.language);
  const std::lock_guard lock(mutex_);
  if (newer_.size() >= kNewerMax) older_ = std::exchange(newer_, {});
  newer_.insert_or_assign(std::move(name), std::move(analysis));
}

Analysis ReadAhead::take(std::string_view text, std::string_view declared_language) {
  const std::string name = name_of(text, declared_language);
  {
    const std::lock_guard lock(mutex_);
    for (Ready* ready : {&newer_, &older_}) {
      if (auto found = ready->extract(name)) return std::move(found.mapped());
    }
  }
  return analyze(text, declared_language);
}

}  // namespace earshot::cli
