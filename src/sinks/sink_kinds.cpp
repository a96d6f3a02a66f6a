#include "sinks/sink_kinds.h"

#include <array>

#include "sinks/dingtalk.h"
#include "sinks/feishu.h"
#include "sinks/slack.h"
#include "sinks/webhook.h"
#include "sinks/wecom.h"

namespace earshot {

namespace {

constexpr std::array kKinds{&kWebhook, &kSlack, &kFeishu, &kDingtalk, &kWecom};

class HttpSink final : public Sink {
 public:
  HttpSink(const SinkKind& kind, SinkSettings settings, const Clock& clock)
      : kind_(kind), settings_(std::move(settings)), clock_(clock) {}

  std::string_view name() const override { return settings_.name; }

  DeliveryResult deliver(const Notice& notice) override {
    auto request = kind_.render(settings_, notice, clock_.now());
    if (!request) return {Delivery::try_again, request.error().message, {}};
    request->timeout = settings_.timeout;
    request->allow_private_addresses = settings_.allow_private_addresses;
    const HttpAnswer answer = post(*request);
    if (answer.status == 0) return {Delivery::try_again, answer.trouble, {}};
    return kind_.judge(answer);
  }

 private:
  const SinkKind& kind_;
  SinkSettings settings_;
  const Clock& clock_;
};

}  // namespace

const SinkKind* find_sink_kind(std::string_view name) {
  for (const SinkKind* kind : kKinds) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

std::vector<std::string_view> sink_kind_names() {
  std::vector<std::string_view> names;
  for (const SinkKind* kind : kKinds) names.push_back(kind->name);
  return names;
}

Result<std::unique_ptr<Sink>> make_sink(const SinkKind& kind, SinkSettings settings, const Clock& clock) {
  const std::string which = "sink " + settings.name;
  constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (settings.name.empty() || settings.name.find_first_not_of(kNameLetters) != std::string::npos) {
    return Error{ErrorKind::Invalid, which + ": its name is more than letters, digits, _ and -, and it names a file"};
  }
  if (auto good = check_url(settings.url); !good) return std::move(good.error()).in(which);
  if (auto good = kind.check(settings); !good) return std::move(good.error()).in(which);
  return std::unique_ptr<Sink>(std::make_unique<HttpSink>(kind, std::move(settings), clock));
}

}  // namespace earshot
