#include "simulation/phrases.h"

#include <array>

namespace earshot::simulation {
namespace {

enum class Mood { cross, pleased, plain };

Mood mood_of(Theme theme) {
  switch (theme) {
    case Theme::praise:
    case Theme::praise_app:
    case Theme::thanks:
    case Theme::made_up: return Mood::pleased;
    case Theme::neutral:
    case Theme::question:
    case Theme::suggestion:
    case Theme::bot_reply:
    case Theme::agent_reply:
    case Theme::agent_refuses:
    case Theme::internal_note:
    case Theme::small_talk: return Mood::plain;
    default: return Mood::cross;
  }
}

constexpr std::string_view kCrossOpeningsEnglish[] = {
    "Seriously?", "I am really disappointed.", "Not happy at all.", "Come on.", "Hi,", "Hello,"};
constexpr std::string_view kCrossClosingsEnglish[] = {"Please sort this out.", "Very disappointing.",
                                                      "What is going on?",     "I expected better.",
                                                      "This has to stop.",     "When will this be solved?"};
constexpr std::string_view kPleasedClosingsEnglish[] = {"Thank you!", "Keep it up.", "Highly recommended.",
                                                        "Will buy again."};
constexpr std::string_view kCrossOpeningsChinese[] = {"真是无语。", "太失望了。", "服了，",
                                                      "你好，",     "在吗？",     "气死我了，"};
constexpr std::string_view kCrossClosingsChinese[] = {"请尽快处理。",   "体验很差。",       "到底怎么回事？",
                                                      "希望给个说法。", "什么时候能解决？", "差评。"};
constexpr std::string_view kPleasedClosingsChinese[] = {"谢谢！", "继续加油。", "强烈推荐。", "下次还来。"};
constexpr std::string_view kCrossEmoji[] = {"😡", "😤", "🙄", "👎", "😞"};
constexpr std::string_view kPleasedEmoji[] = {"😊", "👍", "❤️", "🎉", "🥰"};
constexpr std::string_view kMixedInEnglish[] = {"refund please", "so bad", "please help", "too slow", "not ok"};
constexpr std::string_view kMixedInChinese[] = {"客服呢", "太慢了", "麻烦处理一下", "真的很差", "急"};

std::string_view one_of(Random& random, std::span<const std::string_view> lines) {
  return lines[random.below(lines.size())];
}

std::string fill(std::string_view pattern, const Slots& slots) {
  std::string text;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find('}', open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    if (name == "product") text += slots.product;
    if (name == "days") text += std::to_string(slots.days);
    if (name == "amount") text += slots.amount;
    if (name == "order") text += slots.order;
    pattern.remove_prefix(close + 1);
  }
  return text;
}

void append(std::string& text, std::string_view more, Tongue tongue) {
  if (!text.empty() && tongue == Tongue::english) text += ' ';
  text += more;
}

}  // namespace

std::string sentence(Random& random, Theme theme, Tongue tongue, const Slots& slots) {
  return fill(one_of(random, tongue == Tongue::english ? english(theme) : chinese(theme)), slots);
}

std::string phrase(Random& random, Theme theme, const Manner& manner, const Slots& slots) {
  const Mood mood = mood_of(theme);
  const bool english_spoken = manner.tongue == Tongue::english;
  std::string text;
  if (mood == Mood::cross && random.chance(0.35)) {
    text = one_of(random,
                  english_spoken ? std::span<const std::string_view>(kCrossOpeningsEnglish) : kCrossOpeningsChinese);
  }
  append(text, sentence(random, theme, manner.tongue, slots), manner.tongue);
  if (mood == Mood::cross && random.chance(0.4)) {
    append(text,
           one_of(random,
                  english_spoken ? std::span<const std::string_view>(kCrossClosingsEnglish) : kCrossClosingsChinese),
           manner.tongue);
  }
  if (mood == Mood::pleased && theme != Theme::thanks && random.chance(0.4)) {
    append(text,
           one_of(random, english_spoken ? std::span<const std::string_view>(kPleasedClosingsEnglish)
                                         : kPleasedClosingsChinese),
           manner.tongue);
  }
  if (manner.mixes && mood == Mood::cross && random.chance(0.6)) {
    text += ' ';
    text += one_of(random, english_spoken ? std::span<const std::string_view>(kMixedInChinese) : kMixedInEnglish);
  }
  if (manner.emoji && mood != Mood::plain && random.chance(0.5)) {
    text += ' ';
    text += one_of(random, mood == Mood::cross ? std::span<const std::string_view>(kCrossEmoji) : kPleasedEmoji);
  }
  return text;
}

}  // namespace earshot::simulation
