// Files that no honest system would export, to the real `earshot import`: what is bad is counted and kept, what is good
// is taken, and memory stays where it was.
#include <gtest/gtest.h>
#include <zlib.h>

#include "hostile.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

class HostileFiles : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (scratch_.path() / name).string(); }

  static std::string good_line(int number) {
    return review_json(
               {.id = "good-" + std::to_string(number), .key = "customer:GOOD", .time = "2026-03-01T09:30:00Z"}) +
           "\n";
  }

  Outcome import(const std::vector<std::string>& files) const {
    std::vector<std::string> words{"import"};
    words.insert(words.end(), files.begin(), files.end());
    const Outcome outcome = run_on(scratch_.path() / "data", words);
    EXPECT_LT(outcome.peak_kibibytes, kPeakKibibytesMax);
    return outcome;
  }

  void TearDown() override {
    const Outcome replayed = run_on(scratch_.path() / "data", {"replay", "--check"});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  }

  Scratch scratch_;
};

TEST_F(HostileFiles, CostOnlyTheirBadLines) {
  std::vector<Hostile> all = own_hostile_set();
  for (Hostile& hostile : shared_hostile_set()) all.push_back(std::move(hostile));
  std::ofstream file(path("mixed.ndjson"), std::ios::binary);
  int good = 0;
  for (const Hostile& hostile : all) file << good_line(++good) << hostile.bytes << "\n";
  file << good_line(++good);
  file.close();
  const Outcome outcome = import({path("mixed.ndjson")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.find("accepted " + std::to_string(good) + "\n"), 0u) << outcome.out;
  EXPECT_EQ(outcome.out.find("rejected 0"), std::string::npos) << outcome.out;
}

TEST_F(HostileFiles, AnyOfThemAloneEndsWell) {
  for (const Hostile& hostile : shared_hostile_set()) {
    SCOPED_TRACE(hostile.name);
    std::ofstream(path(hostile.name), std::ios::binary) << hostile.bytes;
    const Outcome outcome = import({path(hostile.name)});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out.find("accepted 0\n"), 0u) << outcome.out;
  }
}

TEST_F(HostileFiles, ALineOfAHundredMegabytesIsOneDeadLetter) {
  {
    std::ofstream file(path("long.ndjson"), std::ios::binary);
    file << good_line(1) << R"({"id":")";
    const std::string piece(1'000'000, 'x');
    for (int i = 0; i < scaled(100); ++i) file << piece;
    file << "\n" << good_line(2);
  }
  const Outcome outcome = import({path("long.ndjson")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "accepted 2\nduplicate 0\nrejected 1\n");
}

TEST_F(HostileFiles, BadLinesWithoutEndTakeABoundedRoom) {
  const int lines = scaled(150'000);
  {
    std::ofstream file(path("bad.ndjson"), std::ios::binary);
    for (int i = 0; i < lines; ++i) file << "this is not an event and it is the one with number " << i << "\n";
  }
  const Outcome outcome = import({path("bad.ndjson")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "accepted 0\nduplicate 0\nrejected " + std::to_string(lines) + "\n");
}

TEST_F(HostileFiles, AFewBytesThatInflateToManyAreHarmless) {
  {
    gzFile file = ::gzopen(path("bomb.ndjson.gz").c_str(), "wb9");
    const std::string piece(1'000'000, ' ');
    for (int i = 0; i < scaled(200); ++i) ::gzwrite(file, piece.data(), static_cast<unsigned>(piece.size()));
    const std::string end = "\n" + good_line(1);
    ::gzwrite(file, end.data(), static_cast<unsigned>(end.size()));
    ::gzclose(file);
  }
  const Outcome outcome = import({path("bomb.ndjson.gz")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "accepted 1\nduplicate 0\nrejected 1\n");

  std::filesystem::resize_file(path("bomb.ndjson.gz"), std::filesystem::file_size(path("bomb.ndjson.gz")) / 2);
  const Outcome cut = import({path("bomb.ndjson.gz")});
  EXPECT_EQ(cut.exit_code, 1);
  EXPECT_NE(cut.err.find("gzip ends in the middle"), std::string::npos) << cut.err;
}

}  // namespace
}  // namespace earshot::test
