// What live sources share: many phrases in one pass, HTML as text, and frames that need not be read.
#include <gtest/gtest.h>

#include "all.h"
#include "bluesky/filter.h"
#include "bluesky/jetstream.h"
#include "event/json_writer.h"
#include "support/html.h"
#include "support/phrases.h"
#include "support/random_test.h"
#include "support/text.h"

namespace earshot::test {
namespace {

TEST(Phrases, AreFoundWhereverTheyStandInEitherCase) {
  struct Row {
    std::vector<std::string> phrases;
    const char* text;
    bool stands;
  };
  const Row rows[] = {
      {{"acme"}, "my ACME broke", true},
      {{"acme"}, "acm e", false},
      {{"acme"}, "", false},
      {{"退款", "客服"}, "要退款", true},
      {{"客服"}, "客 服", false},
      {{"Über"}, "über", false},
      {{"abcd", "bc"}, "xabcx", true},
      {{"abcd", "bc"}, "acbd", false},
      {{"aab"}, "aaaab", true},
      {{"ab", "abc"}, "zab", true},
      {{"abc", "ab"}, "zab", true},
      {{"she", "hers", "his"}, "ushers", true},
      {{"he"}, "HE", true},
      {{"[z"}, "{Z", false},
  };
  for (const Row& row : rows)
    EXPECT_EQ(Phrases::of(row.phrases)->stand_in(row.text), row.stands) << row.phrases[0] << " in " << row.text;
  EXPECT_FALSE(Phrases::of({"a", ""}));
  EXPECT_TRUE(Phrases::of({std::string(Phrases::kBytesMax, 'a')}));
  EXPECT_FALSE(Phrases::of({std::string(Phrases::kBytesMax + 1, 'a')}));
}

// Few letters, so that everything overlaps.
std::string some_letters(Random& random, std::size_t most) {
  std::string text;
  for (std::size_t size = 1 + random.below(most); size > 0; --size) text += "abAB退"[random.below(7)];
  return text;
}

TEST(Phrases, AreThoseThatASearchForEachOneFinds) {
  Random random(seed_of_test(20261127));
  for (int round = 0; round < scaled(2000); ++round) {
    std::vector<std::string> phrases;
    for (std::size_t i = 0; i <= random.below(6); ++i) phrases.push_back(some_letters(random, 5));
    const auto made = Phrases::of(phrases);
    ASSERT_TRUE(made);
    for (int i = 0; i < 20; ++i) {
      const std::string text = some_letters(random, 12);
      const bool stands = std::any_of(phrases.begin(), phrases.end(), [&](const std::string& one) {
        return to_lower(text).find(to_lower(one)) != std::string::npos;
      });
      ASSERT_EQ(made->stand_in(text), stands) << text;
    }
  }
}

TEST(Html, IsPlainText) {
  struct Row {
    const char* html;
    const char* text;
  };
  const Row rows[] = {
      {"<p>one</p><p>two</p>", "one\n\ntwo"},
      {"a<br>b<br/>c", "a\nb\nc"},
      {"<p>a &amp; b &lt;3 &quot;x&quot; &#39;y&#39; &#x5ba2;&#26381; &hellip;</p>", "a & b <3 \"x\" 'y' 客服 …"},
      {"&unknown; &amp &; &", "&unknown; &amp &; &"},
      {"&#0;&#xD800;&#x110000;&#xFFFFFFFFF;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&#xFFFFFFFFF;"},
      {"<a href=\"x\"><span class=\"invisible\">https://</span>acme.example</a>", "https://acme.example"},
      {"a<script>alert(1)</script>b<style>p{}</style>c", "abc"},
      {"a<!-- <p>no</p> -->b", "ab"},
      {"a <b", "a"},
      {"<ul><li>1</li><li>2</li></ul>", "1\n2"},
      {"  many \n\t blanks  ", "many blanks"},
      {"&lt;script&gt;", "<script>"},
      {"", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(html_to_text(row.html), row.text) << row.html;
}

TEST(FrameFilter, ReadsEveryFrameThatMayMatter) {
  struct Row {
    const char* what;
    std::vector<std::string> keywords;
    std::string frame;
    bool may_matter;
  };
  const Row rows[] = {
      {"a word", {"acme"}, R"({"text":"my Acme"})", true},
      {"none", {"acme"}, R"({"text":"my"})", false},
      {"written in escapes", {"退款"}, R"({"text":"\u9000\u6b3e"})", true},
      {"a word with a slash", {"a/cme"}, R"({"text":"a\/cme"})", true},
      {"a word with a quotation mark", {"say \"hi\""}, R"({"text":"say \"hi\" now"})", true},
      {"a word of nothing else", {"\""}, R"({"text":"nothing"})", true},
      {"an account", {"acme"}, R"({"did":"did:plc:bbbb"})", true},
      {"a deletion", {"acme"}, R"({"operation":"delete"})", true},
      {"an account that goes", {"acme"}, R"({"status":"deleted"})", true},
      {"the end of a stream", {"acme"}, R"({"$type":"error"})", true},
  };
  for (const Row& row : rows) {
    const auto filter = bluesky::Filter::of({.keywords = row.keywords, .accounts = {"did:plc:bbbb"}});
    ASSERT_TRUE(filter);
    EXPECT_EQ(filter->may_matter(row.frame), row.may_matter) << row.what;
  }
  EXPECT_TRUE(bluesky::Filter::of({})->may_matter("{}")) << "without a filter every post is kept";
}

// Whatever the words and however a server writes its JSON: what is passed over unread would not have been kept.
TEST(FrameFilter, PassesOverNothingThatWouldBeKept) {
  Random random(seed_of_test(20261128));
  const std::vector<std::string> letters{"a", "B", "\"", "\\", "/", "退", "\n", "é", "<", " ", "\t"};
  const auto some = [&](std::size_t most) {
    std::string text;
    for (std::size_t size = 1 + random.below(most); size > 0; --size) text += letters[random.below(letters.size())];
    return text;
  };
  const auto quoted = [&](const std::string& text) {
    std::string out;
    append_json_string(out, text);
    if (random.chance(0.5)) {
      for (std::size_t at = 0; (at = out.find('/', at)) != std::string::npos; at += 2) out.insert(at, "\\");
    }
    return out;
  };
  for (int round = 0; round < scaled(5000); ++round) {
    BlueskySettings settings;
    while (settings.keywords.empty() || trim(settings.keywords.back()).empty()) settings.keywords.assign(1, some(3));
    const auto filter = bluesky::Filter::of(settings);
    ASSERT_TRUE(filter);
    const std::string text = some(10);
    const std::string frame = R"({"record":{"text":)" + quoted(text) + "}}";
    JsonDocument document;
    const auto record = object_at(*parse_object(document, frame), "record");
    ASSERT_TRUE(!filter->takes(*record, *text_at(*record, "text")) || filter->may_matter(frame))
        << frame << " for " << settings.keywords[0];
  }
}

TEST(TimeInFront, IsThatOfTheFrameOrNothing) {
  const std::string first = R"({"did":"did:plc:aaaa","time_us":1767225600123456,"kind":"commit","commit":{}})";
  const std::string second =
      R"({"$type":"message","payload":{"$type":"a#commit","seq":1,"did":"did:plc:aaaa","time":"2026-01-01T00:00:00.123Z","record":{}}})";
  for (const std::string& frame : {first, second})
    EXPECT_EQ(bluesky::time_in_front(frame), from_millis(1'767'225'600'123));
  for (const std::string& frame :
       {std::string(), std::string("{}"),
        std::string(R"({"did":"did:plc:aaaa","kind":"commit","commit":{"record":{"time_us":1767225600123456}}})"),
        std::string(R"({"did":"did:plc:a\"a","time_us":1767225600123456,"kind":"commit"})"),
        std::string(R"({"did":"did:plc:aaaa","time_us":-1,"kind")"),
        std::string(R"({"did":"did:plc:aaaa","time_us":17672256001234560000000,"kind")"),
        std::string(R"({"did":"did:plc:aaaa","time_us":1767225600123456)"),
        std::string(
            R"({"$type":"message","payload":{"$type":"a#commit","record":{"time":"2026-01-01T00:00:00Z"}}})")}) {
    EXPECT_FALSE(bluesky::time_in_front(frame)) << frame;
  }
}

TEST(LiveSettings, SayWhatIsWrongWithThem) {
  struct Row {
    const char* connector;
    const char* settings;
    const char* complaint;
  };
  const Row rows[] = {
      {"bluesky", R"({"url":"https://jetstream.example/subscribe"})", "none of a WebSocket"},
      {"bluesky", R"({"url":"jetstream.example"})", "none of a WebSocket"},
      {"bluesky", R"({"accounts":[""]})", "did:plc"},
      {"mastodon", R"({"server":"mastodon.example","tag":"acme"})", "https://mastodon.example"},
      {"mastodon", R"({"server":"https://mastodon.example"})", "which hashtag"},
      {"mastodon", R"({"server":"https://mastodon.example","tag":"#acme"})", "without #"},
      {"mastodon", R"({"server":"https://mastodon.example","stream":"everything"})", "is none of hashtag public"},
      {"mastodon", R"({"server":"https://mastodon.example","stream":"list"})", "which list"},
      {"mastodon", R"({"streaming":"wss://mastodon.example"})", "without a server"},
      {"mastodon", R"({"accounts":["@acme"]})", "acme@mastodon.example"},
      {"mastodon", R"({"keywords":[" "]})", "empty word"},
  };
  for (const Row& row : rows) {
    const auto made = make_connector(row.connector, row.settings);
    ASSERT_FALSE(made) << row.settings;
    EXPECT_NE(made.error().message.find(row.complaint), std::string::npos) << made.error().message;
  }
}

}  // namespace
}  // namespace earshot::test
