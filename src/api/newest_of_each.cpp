#include "api/newest_of_each.h"

#include <algorithm>
#include <bit>

namespace earshot::api {

namespace {

constexpr std::size_t kTurn = 4096;  // records; then others get theirs

void set(std::vector<std::uint64_t>& bits, std::size_t place, bool on) {
  if (bits.size() <= place / 64) bits.resize(place / 64 + 1);
  const std::uint64_t one = std::uint64_t{1} << place % 64;
  bits[place / 64] = on ? bits[place / 64] | one : bits[place / 64] & ~one;
}

bool get(const std::vector<std::uint64_t>& bits, std::size_t place) {
  return (bits[place / 64] >> place % 64 & 1) != 0;
}

}  // namespace

std::size_t NewestOfEach::Partition::before(Offset offset) const {
  const auto found = std::lower_bound(records.begin(), records.end(), offset,
                                      [](const Kept& kept, Offset wanted) { return kept.offset < wanted; });
  return static_cast<std::size_t>(found - records.begin());
}

// One more than the place of the last one before `upper`; 0 if there is none.
std::size_t NewestOfEach::Partition::newest_before(std::size_t upper, Which which) const {
  while (upper > 0) {
    const std::size_t word = (upper - 1) / 64;
    std::uint64_t left = newest[word] & (~std::uint64_t{0} >> (63 - (upper - 1) % 64));
    if (which == Which::standing) left &= stands[word];
    if (left != 0) return word * 64 + 64 - static_cast<std::size_t>(std::countl_zero(left));
    upper = word * 64;
  }
  return 0;
}

bool NewestOfEach::OfTenant::is_newer(Ref one, Ref other) const {
  if (one.partition == other.partition) return one.index > other.index;
  if (at(one).time != at(other).time) return at(one).time > at(other).time;
  return one.partition < other.partition;
}

Offset NewestOfEach::behind(const std::vector<Offset>& ends) const {
  const std::lock_guard lock(mutex_);
  Offset count = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) count += std::max<Offset>(0, ends[i] - next_[i]);
  return count;
}

bool NewestOfEach::read_on(const std::vector<Offset>& ends, std::size_t records_max) {
  for (std::uint16_t partition = 0; partition < ends.size(); ++partition) {
    while (true) {
      const std::lock_guard lock(mutex_);
      Offset& next = next_[partition];
      if (records_ > limits_.records_max) return false;
      if (next >= ends[partition]) break;
      if (records_max == 0) return true;
      std::size_t count = 0;
      const auto done = log_.read({index_of(topic_), partition}, next, kTurn, [&](const StoredRecord& record) {
        next = record.offset + 1;
        ++count;
        take(partition, record);
        return true;
      });
      if (!done) return false;
      if (count < kTurn) next = std::max(next, ends[partition]);
      records_max -= std::min(records_max, count);
    }
  }
  return true;
}

void NewestOfEach::take(std::uint16_t partition, const StoredRecord& record) {
  const auto event = decoder_.decode(record.value);
  if (!event) {
    if (unreadable_.size() == limits_.unreadable_max) unreadable_.erase(unreadable_.begin());
    unreadable_.push_back(name_of_place(topic_, {partition, record.offset}));
    return;
  }
  const auto said = read_(event->body);
  if (!said) return;
  if (++records_ > limits_.records_max) {
    tenants_.clear();
    values_.clear();
    return;
  }
  OfTenant& tenant = tenants_[event->tenant];
  tenant.partitions.resize(next_.size());
  add(tenant, partition, record, *said);
}

void NewestOfEach::add(OfTenant& tenant, std::uint16_t partition, const StoredRecord& record, const Said& said) {
  Partition& here = tenant.partitions[partition];
  const Timestamp before = here.records.empty() ? record.time : here.records.back().time;
  const Ref added{static_cast<std::uint32_t>(here.records.size()), partition};
  here.records.push_back({record.offset, std::max(record.time, before), {}});
  set(here.newest, added.index, false);
  set(here.stands, added.index, said.stands);

  // A thing may have been spoken of in another partition, which was read before this one and is newer all the same.
  Ref& newest = tenant.newest[said.thing];
  Ref* place = &newest;
  while (*place && tenant.is_newer(*place, added)) place = &tenant.at(*place).older;
  if (place == &newest) {
    if (newest) {
      set(tenant.partitions[newest.partition].newest, newest.index, false);
      drop_value({tenant.at(newest).time, newest.partition, tenant.at(newest).offset});
    }
    set(here.newest, added.index, true);
    if (said.stands) keep_value({tenant.at(added).time, partition, record.offset}, record.value);
  }
  here.records.back().older = std::exchange(*place, added);
}

void NewestOfEach::keep_value(Moment moment, std::string_view value) {
  values_.emplace(moment, value);
  value_bytes_ += value.size();
  while (value_bytes_ > limits_.value_bytes_max) drop_value(values_.begin()->first);
}

void NewestOfEach::drop_value(const Moment& moment) {
  const auto found = values_.find(moment);
  if (found == values_.end()) return;
  value_bytes_ -= found->second.size();
  values_.erase(found);
}

// What is left of one partition to give.
struct NewestOfEach::Run {
  const Partition& partition;
  Which which;
  std::size_t upper;  // in records
  Offset begin;
  std::vector<std::size_t> brought{};  // newest ones of things that changed after the ends; the last comes first
  std::size_t head = 0;                // one more than the place of what comes next; 0: nothing is left

  void advance() {
    while (!brought.empty() && brought.back() >= upper) brought.pop_back();
    head = partition.newest_before(upper, which);
    if (!brought.empty()) head = std::max(head, brought.back() + 1);
    if (head != 0 && partition.records[head - 1].offset < begin) head = 0;
    upper = head == 0 ? 0 : head - 1;
  }
};

std::vector<NewestOfEach::Run> NewestOfEach::runs(const OfTenant& tenant, const Slice& slice) {
  std::vector<Run> found;
  std::vector<std::size_t> ends;
  for (std::uint16_t i = 0; i < tenant.partitions.size(); ++i) {
    const Partition& partition = tenant.partitions[i];
    ends.push_back(partition.before(slice.ends[i]));
    const std::size_t upper = std::min(ends[i], partition.before(slice.uppers[i]));
    found.push_back({partition, slice.which, upper, slice.begins[i]});
  }
  for (std::size_t i = 0; i < tenant.partitions.size(); ++i) {
    const Partition& partition = tenant.partitions[i];
    for (std::size_t later = partition.records.size(); later > ends[i]; --later) {
      later = partition.newest_before(later, Which::all);
      if (later <= ends[i]) break;
      Ref at = partition.records[later - 1].older;
      while (at && at.index >= ends[at.partition]) at = tenant.at(at).older;
      if (!at || (slice.which == Which::standing && !get(tenant.partitions[at.partition].stands, at.index))) continue;
      found[at.partition].brought.push_back(at.index);
    }
  }
  for (Run& run : found) {
    std::sort(run.brought.begin(), run.brought.end());
    run.advance();
  }
  return found;
}

std::vector<Written> NewestOfEach::newest(std::string_view tenant, const Slice& slice) const {
  const std::lock_guard lock(mutex_);
  std::vector<Written> found;
  const auto of_tenant = tenants_.find(tenant);
  if (of_tenant == tenants_.end()) return found;
  std::vector<Run> all = runs(of_tenant->second, slice);
  const auto head = [](const Run& run) -> const Kept& { return run.partition.records[run.head - 1]; };
  while (found.size() < slice.count) {
    Run* newest = nullptr;
    for (Run& one : all) {
      if (one.head != 0 && (newest == nullptr || head(one).time > head(*newest).time)) newest = &one;
    }
    if (newest == nullptr) break;
    const Place place{static_cast<std::uint16_t>(newest - all.data()), head(*newest).offset};
    const auto value = values_.find({head(*newest).time, place.partition, place.offset});
    found.push_back({place, value == values_.end() ? std::string() : value->second});
    newest->advance();
  }
  return found;
}

std::vector<Written> NewestOfEach::all_of(std::string_view tenant, Fingerprint thing) const {
  const std::lock_guard lock(mutex_);
  std::vector<Written> found;
  const auto of_tenant = tenants_.find(tenant);
  if (of_tenant == tenants_.end()) return found;
  const auto newest = of_tenant->second.newest.find(thing);
  if (newest == of_tenant->second.newest.end()) return found;
  for (Ref at = newest->second; at; at = of_tenant->second.at(at).older)
    found.push_back({{at.partition, of_tenant->second.at(at).offset}, {}});
  return found;
}

std::vector<std::string> NewestOfEach::unreadable() const {
  const std::lock_guard lock(mutex_);
  return unreadable_;
}

}  // namespace earshot::api
