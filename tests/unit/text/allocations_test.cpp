// A stream of texts allocates nothing: neither Earshot nor the Unicode library, once the buffers have grown.
//
// A program of its own, because it replaces how memory is had.
#include <gtest/gtest.h>
#include <unicode/uclean.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "base/random.h"
#include "support/shared_data.h"
#include "unit/text/support.h"

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* counted_or_throw(std::size_t size) {
  void* memory = counted(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* counted_aligned(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto step = static_cast<std::size_t>(alignment);
  void* memory = std::aligned_alloc(step, (size + step - 1) / step * step);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return counted_or_throw(size); }
void* operator new[](std::size_t size) { return counted_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return counted_aligned(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return counted_aligned(size, alignment); }
// Not inlined: the compiler would compare the free with the new of whoever it inlined it into.
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace earshot {
namespace {

void* icu_allocate(const void*, std::size_t size) { return counted(size); }
void* icu_reallocate(const void*, void* memory, std::size_t size) {
  ++allocations;
  return std::realloc(memory, size);
}
void icu_free(const void*, void* memory) { std::free(memory); }

// Everything a text may hold, in any order.
std::vector<std::string> made_up_texts() {
  const std::vector<std::string> pieces = {"the parcel ",
                                           "was late ",
                                           "never buy here again! ",
                                           "送餐太慢",
                                           "味道不错，",
                                           "退款 ",
                                           "naïve café déjà vu ",
                                           "Ａｐｐ ",
                                           "服務態度",
                                           "😡🤬",
                                           "I'M SO ANGRY!!! ",
                                           "soooo ",
                                           "@user-12 ",
                                           "http://x ",
                                           "lawyer ",
                                           "ﬁne ½ ",
                                           "Łódź Ünïcödé ",
                                           "とても ",
                                           "\xff\xfe",
                                           "e\u0301",
                                           "价格太贵但是好吃。",
                                           "cancel my plan ",
                                           "?",
                                           "2026-11-26 "};
  Random random(11);
  std::vector<std::string> texts(2000);
  for (std::string& text : texts) {
    for (std::uint64_t left = random.below(24); left > 0; --left) text += pieces[random.below(pieces.size())];
  }
  return texts;
}

std::vector<std::string> labelled_texts() {
  std::vector<std::string> texts;
  for (const char* set : {"en_tweet", "en_zomato", "zh_waimai", "zh_weibo"}) {
    const auto path = test::shared_file(std::string("data/text/") + set + ".dev.tsv");
    if (!std::filesystem::exists(path)) continue;
    const auto file = text::read_labelled(path.string());
    if (!file) continue;
    for (const text::LabelledText& row : file->rows) texts.push_back(row.text);
  }
  return texts;
}

// How many allocations a second round over texts costs, when the first one has grown the buffers.
std::size_t second_round(const std::vector<std::string>& texts, AnalyzeOptions options) {
  Analysis analysis;
  const auto round = [&] {
    for (const std::string& text : texts) shipped_analyzer().analyze(text, {}, options, analysis);
  };
  round();
  const std::size_t before = allocations;
  round();
  return allocations - before;
}

TEST(Allocations, AreCounted) {
  const std::size_t before = allocations;
  const auto text = std::make_unique<std::string>(100, 'x');
  EXPECT_EQ(allocations - before, 2u);
  EXPECT_GT(second_round({"The soup was cold."}, {.evidence = true}), 0u);
}

TEST(Allocations, AreNoneForAStreamOfTexts) {
  for (const auto& texts : {made_up_texts(), labelled_texts()}) {
    for (const bool by_agent : {false, true}) {
      for (const bool may_abstain : {false, true}) {
        EXPECT_EQ(second_round(texts, {.evidence = false, .may_abstain = may_abstain, .by_agent = by_agent}), 0u);
      }
    }
  }
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) {
  UErrorCode status = U_ZERO_ERROR;
  u_setMemoryFunctions(nullptr, earshot::icu_allocate, earshot::icu_reallocate, earshot::icu_free, &status);
  if (U_FAILURE(status)) return 1;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
