// The room that requests on their way may take together, from their first byte until they are answered and whoever held
// them has let go.
//
// Each request may be as large as its limit, but a hundred of them at once would be a gigabyte. All together take no
// more than kRequestBytesMax; the large ones no more than half of it, so that a few of them do not keep the small ones
// out. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace earshot::api {

inline constexpr std::size_t kRequestBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kLargeRequestBytes = std::size_t{64} << 10;

// What one request takes of it. `taken` is what all take: shared by all of them, since the last may outlive the server.
class RequestRoom {
 public:
  explicit RequestRoom(std::shared_ptr<std::atomic<std::size_t>> taken) : taken_(std::move(taken)) {}
  RequestRoom(RequestRoom&& other) noexcept : taken_(other.taken_), bytes_(std::exchange(other.bytes_, 0)) {}
  RequestRoom& operator=(RequestRoom&&) = delete;
  ~RequestRoom() { give_back(); }

  // False when there is none for so many more; they count nevertheless.
  bool take(std::size_t bytes) {
    bytes_ += bytes;
    const std::size_t all = taken_->fetch_add(bytes) + bytes;
    return all <= (bytes_ > kLargeRequestBytes ? kRequestBytesMax / 2 : kRequestBytesMax);
  }
  void give_back() { taken_->fetch_sub(std::exchange(bytes_, 0)); }

 private:
  std::shared_ptr<std::atomic<std::size_t>> taken_;
  std::size_t bytes_ = 0;
};

}  // namespace earshot::api
