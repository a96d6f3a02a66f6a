// Bytes that stay where they are for as long as this lives, also when it is moved: a file mapped into memory, which
// processes share and which costs nothing until it is looked at, or a copy of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "earshot/result.h"

namespace earshot {

class StableBytes {
 public:
  // The file must not be cut short while it is mapped; replace it by renaming another over it.
  static Result<StableBytes> map(const std::string& path);
  static StableBytes copy(std::string_view bytes);

  StableBytes(StableBytes&& other) noexcept;
  StableBytes& operator=(StableBytes&& other) noexcept;
  ~StableBytes();

  std::string_view view() const { return {data_, size_}; }

 private:
  StableBytes() = default;

  std::unique_ptr<char[]> own_;  // none: mapped
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace earshot
