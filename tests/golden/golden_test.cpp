// Plays every story of stories/ through the whole pipeline and compares what it publishes with what is expected.
//
//     <story>.in.jsonl    first {"story": what it tells, "kpis": [those it shows]}, then CloudEvents;
//                         earshot.clock.ticked lets time pass; "@case-1" stands for the first case that was opened
//     <story>.out.jsonl   what is published, in order
//
// EARSHOT_UPDATE_GOLDEN=1 rewrites the outputs: read that diff as you would read code.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "event/json_reader.h"
#include "stage.h"
#include "support/schema.h"
#include "telling.h"
#include "text/analyzer.h"

namespace earshot::golden {

struct Story {
  std::string story;
  std::vector<std::string> kpis;
};
template <class F>
void fields(F& f, Story& v) {
  f.required("story", v.story);
  f.optional("kpis", v.kpis);
}

namespace {

const std::filesystem::path kFolder = std::filesystem::path(EARSHOT_SOURCE_DIR) / "tests/golden/stories";

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> story_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(".in.jsonl"))
      names.push_back(file.substr(0, file.size() - std::string_view(".in.jsonl").size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The model as it is released: its answers are part of the stories.
Analyse analyse() {
  static const auto* analyzer = [] {
    auto loaded =
        Analyzer::load(StableBytes::copy(read(std::filesystem::path(EARSHOT_SOURCE_DIR) / "models/text-2.bin")));
    EARSHOT_CHECK(loaded, "the model of the source tree can be read");
    return new Analyzer(std::move(*loaded));
  }();
  return [](std::string_view text, std::string_view language) {
    return analyzer->analyze(text, language, {.evidence = false});
  };
}

struct Played {
  std::vector<std::string> lines;
  Stage::Digests digests;
};

Played play(const std::vector<std::string>& input, Stage::Settings settings) {
  const auto story = read_json<Story>(input.empty() ? "" : input.front());
  EXPECT_TRUE(story.has_value()) << "the first line says what the story is: " << (story ? "" : story.error().message);
  Telling telling(story ? story->kpis : std::vector<std::string>{});
  Stage stage(analyse(), settings, [&](const Event& event) {
    const std::string bytes = encode(event);
    const auto refused = test::validate_event(bytes);
    EXPECT_FALSE(refused) << *refused << "\n" << bytes;
    telling.hear(event);
  });
  for (std::size_t i = 1; i < input.size(); ++i) stage.play(telling.with_ids(input[i]), static_cast<int>(i + 1));
  Stage::Digests digests = stage.finish();
  return {telling.lines(), std::move(digests)};
}

class Stories : public ::testing::TestWithParam<std::string> {};

TEST_P(Stories, AreToldAsExpected) {
  const std::filesystem::path expected_path = kFolder / (GetParam() + ".out.jsonl");
  const Played played = play(lines_of(kFolder / (GetParam() + ".in.jsonl")), {});
  EXPECT_EQ(played.digests.live, played.digests.replayed) << "a replay of the log gives another state";
  if (std::getenv("EARSHOT_UPDATE_GOLDEN") != nullptr) {
    std::ofstream file(expected_path);
    for (const std::string& line : played.lines) file << line << '\n';
    return;
  }
  const std::vector<std::string> expected = lines_of(expected_path);
  for (std::size_t i = 0; i < std::max(expected.size(), played.lines.size()); ++i) {
    ASSERT_EQ(i < played.lines.size() ? played.lines[i] : "(nothing more)",
              i < expected.size() ? expected[i] : "(nothing more)")
        << "at line " << i + 1 << " of " << expected_path.filename();
  }
}

// One commit for everything, and one partition: neither is seen in the result.
TEST_P(Stories, DoNotDependOnCommitsOrPartitions) {
  const auto input = lines_of(kFolder / (GetParam() + ".in.jsonl"));
  const Played usual = play(input, {});
  const Played at_once = play(input, {.commits_each_line = false});
  EXPECT_EQ(at_once.lines, usual.lines);
  EXPECT_EQ(at_once.digests.live, usual.digests.live);
  Played alone = play(input, {.partitions = 1});
  Played sorted = usual;
  std::sort(alone.lines.begin(), alone.lines.end());
  std::sort(sorted.lines.begin(), sorted.lines.end());
  EXPECT_EQ(alone.lines, sorted.lines)
      << "what happens at one moment may be told in another order, but nothing else may differ";
}

INSTANTIATE_TEST_SUITE_P(Golden, Stories, ::testing::ValuesIn(story_names()), [](const auto& story) {
  std::string name = story.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace earshot::golden
