#include "text/training/multiclass.h"

#include <gtest/gtest.h>

namespace earshot::text {
namespace {

LabelledFile some_rows(int from) {
  LabelledFile file;
  for (int i = from; i < from + 30; ++i) {
    const std::string number(static_cast<std::size_t>(i % 5 + 1), 'x');
    file.rows.push_back({"card", "en", "t", "my card is gone " + number, {}});
    file.rows.push_back({"rate", "en", "t", "which exchange rate applies " + number, {}});
    file.rows.push_back({"refund", "zh", "t", "什么时候退款 " + number, {}});
  }
  return file;
}

TEST(Multiclass, LearnsAndGivesTheSameBytesTwice) {
  const Multiclass::Settings settings{.epochs = 10};
  const auto quiet = [](const std::string&) {};
  const auto first = Multiclass::train(some_rows(0), some_rows(1), settings, quiet);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  const auto second = Multiclass::train(some_rows(0), some_rows(1), settings, quiet);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(first->save(), second->save());
  EXPECT_EQ(first->labels()[first->answer("where is my card").label], "card");
  EXPECT_EQ(score_multiclass(*first, some_rows(7).rows).accuracy, 1.0);
}

TEST(Multiclass, LoadsWhatItSavedAndRefusesWhatIsDamaged) {
  const auto model = Multiclass::train(some_rows(0), some_rows(1), {.epochs = 5}, [](const std::string&) {});
  ASSERT_TRUE(model.has_value());
  const std::string bytes = model->save();
  const auto loaded = Multiclass::load(bytes);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->save(), bytes);
  EXPECT_EQ(loaded->answer("exchange rate").chances, model->answer("exchange rate").chances);
  std::string broken = bytes;
  broken[broken.size() / 2] = static_cast<char>(broken[broken.size() / 2] ^ 1);
  EXPECT_FALSE(Multiclass::load(broken).has_value());
  EXPECT_FALSE(Multiclass::load(std::string_view(bytes).substr(0, 100)).has_value());
  EXPECT_FALSE(Multiclass::load("").has_value());
}

TEST(Multiclass, NeedsMoreThanOneLabel) {
  LabelledFile file;
  file.rows = {{"a", "en", "t", "one", {}}, {"a", "en", "t", "two", {}}};
  EXPECT_FALSE(Multiclass::train(file, file, {}, [](const std::string&) {}).has_value());
}

}  // namespace
}  // namespace earshot::text
