#include "processors/intake/seen.h"

#include <bit>
#include <optional>
#include <string>

#include "base/hash.h"
#include "event/content.h"
#include "processors/customer/days.h"
#include "processors/intake/known_key.h"
#include "state/intake.pb.h"

namespace earshot {
namespace {

struct SeenId {
  std::uint64_t id =
      0;  // of 64 bits: two ids of one key that met would be a conflict that is told, not a loss in silence
  std::uint64_t content = 0;  // tells a repeat from a conflict
  std::uint32_t day = 0;      // recorded; 0: imported, never forgotten
};

// ---- a bucket: ids one after the other, twenty bytes each, low bytes first ------------------------------------------

constexpr std::size_t kIdBytes = 20;

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number |= Number{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return number;
}

template <class Number>
void append_number(std::string& bytes, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

SeenId id_at(std::string_view bucket, std::size_t at) {
  return {number_at<std::uint64_t>(bucket, at), number_at<std::uint64_t>(bucket, at + 8),
          number_at<std::uint32_t>(bucket, at + 16)};
}

void append(std::string& bucket, const SeenId& seen) {
  append_number(bucket, seen.id);
  append_number(bucket, seen.content);
  append_number(bucket, seen.day);
}

bool is_forgotten(const SeenId& seen, std::uint32_t today) { return seen.day != 0 && today > seen.day + kDedupeDays; }

// Gives what is left of a bucket, id by id.
template <class Keep>
void sort_out(std::string& bucket, std::uint32_t today, const Keep& keep) {
  const std::string all = std::exchange(bucket, {});
  for (std::size_t at = 0; at < all.size(); at += kIdBytes) {
    const SeenId seen = id_at(all, at);
    if (!is_forgotten(seen, today)) keep(seen);
  }
}

// ---- buckets of a key ----------------------------------------------------------------------------------------------

std::string bucket_name(std::uint32_t bucket) { return "seen/" + std::to_string(bucket); }

std::uint32_t buckets_of(const state::KnownKey& key) { return std::max<std::uint32_t>(1, key.buckets()); }

std::uint32_t bucket_of(std::uint64_t id, std::uint32_t buckets) {
  const std::uint32_t half = std::bit_floor(buckets);
  const auto bucket = static_cast<std::uint32_t>(id & (2 * std::uint64_t{half} - 1));
  return bucket < buckets ? bucket : bucket - half;
}

std::string& edit_bucket(state::KnownKey& key, std::uint32_t bucket, Step& step) {
  return bucket == 0 ? *key.mutable_seen() : *step.edit<state::SeenBucket>(bucket_name(bucket)).mutable_seen();
}

// One bucket more: the ids of the one whose turn it is are dealt out between the two.
void split(state::KnownKey& key, std::uint32_t today, Step& step) {
  const std::uint32_t added = buckets_of(key);
  const std::uint32_t old = added - std::bit_floor(added);
  key.set_buckets(added + 1);
  std::string& from = edit_bucket(key, old, step);
  std::string& to = edit_bucket(key, added, step);
  sort_out(from, today, [&](const SeenId& seen) { append(bucket_of(seen.id, added + 1) == old ? from : to, seen); });
}

// ---- one event -----------------------------------------------------------------------------------------------------

std::uint64_t id_of(const Event& event) { return fingerprint(event.source + '\0' + event.id).low; }
std::uint32_t day_number(Timestamp at) { return static_cast<std::uint32_t>(std::max(0, day_of(at))); }

// The content is asked for when an id is met again, and no sooner: most events are fresh.
template <class Content>
Seen compare(std::string_view bucket, std::uint64_t id, std::uint32_t today, const Content& content) {
  Seen found = Seen::fresh;
  for (std::size_t at = 0; at < bucket.size(); at += kIdBytes) {
    if (number_at<std::uint64_t>(bucket, at) != id) continue;
    const SeenId seen = id_at(bucket, at);
    if (is_forgotten(seen, today)) continue;
    if (seen.content == content()) return Seen::repeat;
    found = Seen::conflict;
  }
  return found;
}

// `find(name)` gives the bucket of that name, nullptr if there is none.
template <class Find>
std::string_view find_bucket(const state::KnownKey& key, std::uint64_t id, const Find& find) {
  const std::uint32_t bucket = bucket_of(id, buckets_of(key));
  if (bucket == 0) return key.seen();
  const state::SeenBucket* found = find(bucket_name(bucket));
  return found == nullptr ? std::string_view{} : found->seen();
}

}  // namespace

std::uint64_t SeenEvents::content_of(const Event& event) { return fingerprint(encode_content(event.body)).low; }

Seen SeenEvents::look(const Event& event, std::string_view record_key, ValueView& values) {
  const auto* held = values.find(record_key, kKnownKey, &HeldValue<state::KnownKey>::decode);
  if (held == nullptr) return Seen::fresh;
  const std::uint64_t id = id_of(event);
  const auto bucket =
      find_bucket(static_cast<const HeldValue<state::KnownKey>*>(held)->value, id, [&](const std::string& name) {
        const auto* any = values.find(record_key, name, &HeldValue<state::SeenBucket>::decode);
        return any == nullptr ? nullptr : &static_cast<const HeldValue<state::SeenBucket>*>(any)->value;
      });
  return compare(bucket, id, day_number(event.recorded), [&] { return content_of(event); });
}

Seen SeenEvents::check(const Event& event, bool imported, Step& step) {
  const std::uint64_t id = id_of(event);
  const std::uint32_t today = day_number(step.now());
  const std::uint64_t content = content_of(event);
  Seen found = Seen::fresh;
  if (const auto* key = step.find<state::KnownKey>(kKnownKey)) {
    const auto bucket =
        find_bucket(*key, id, [&](const std::string& name) { return step.find<state::SeenBucket>(name); });
    found = compare(bucket, id, today, [&] { return content; });
  }
  if (found == Seen::repeat) return found;

  auto& key = step.edit<state::KnownKey>(kKnownKey);
  std::string& bucket = edit_bucket(key, bucket_of(id, buckets_of(key)), step);
  constexpr std::size_t kFull = kBucketIds * kIdBytes;
  if (bucket.size() >= kFull) sort_out(bucket, today, [&](const SeenId& seen) { append(bucket, seen); });
  append(bucket, {id, content, imported ? 0 : today});
  if (bucket.size() > kFull) split(key, today, step);
  return found;
}

}  // namespace earshot
