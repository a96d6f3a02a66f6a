// An engine in front of another one, which does as it says. For tests that watch it, hold it up or make it lie.
#pragma once

#include "earshot/event_log.h"

namespace earshot::test {

class ForwardingLog : public EventLog {
 public:
  explicit ForwardingLog(EventLog& log) : log_(log) {}

  Result<Restored> restore(TopicPartition input) override { return log_.restore(input); }
  Result<std::span<const StoredRecord>> poll(TopicPartition partition, Offset from, std::size_t records_max) override {
    return log_.poll(partition, from, records_max);
  }
  void emit(TopicPartition partition, Record record) override { log_.emit(partition, std::move(record)); }
  void commit(Commit commit) override { log_.commit(std::move(commit)); }
  bool idle() const override { return log_.idle(); }
  Result<std::string> fact(std::string_view name) const override { return log_.fact(name); }
  Result<void> set_fact(std::string_view name, std::string_view value) override { return log_.set_fact(name, value); }
  Result<void> read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const override {
    return log_.read(partition, from, records_max, visit);
  }
  Result<Offset> begin(TopicPartition partition) const override { return log_.begin(partition); }
  Result<Offset> end(TopicPartition partition) const override { return log_.end(partition); }

 protected:
  EventLog& log_;
};

}  // namespace earshot::test
