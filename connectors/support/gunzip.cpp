#include "support/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "earshot/check.h"

namespace earshot {

struct Gunzip::Stream {
  z_stream zlib{};
  bool between_members = true;  // nothing of a member was read yet: an end here is a good end
  bool any_member = false;
  std::array<unsigned char, 64 * 1024> out;
};

Gunzip::Gunzip(Reader& into, std::int64_t inflated_bytes_max)
    : stream_(std::make_unique<Stream>()), into_(into), inflated_bytes_max_(inflated_bytes_max) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  EARSHOT_CHECK(inflateInit2(&stream_->zlib, kGzipOnly) == Z_OK, "zlib cannot be set up");
}

Gunzip::~Gunzip() { inflateEnd(&stream_->zlib); }

Result<void> Gunzip::feed(std::string_view bytes) {
  Stream& s = *stream_;
  while (!bytes.empty()) {
    const std::size_t piece = std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max());
    s.zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write to its input
    s.zlib.avail_in = static_cast<uInt>(piece);
    bool more_to_come = true;  // zlib may hold output back when our buffer is full
    while (s.zlib.avail_in > 0 || more_to_come) {
      if (s.zlib.avail_in > 0) s.between_members = false;
      s.zlib.next_out = s.out.data();
      s.zlib.avail_out = static_cast<uInt>(s.out.size());
      const int status = inflate(&s.zlib, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return Error{ErrorKind::Corrupt, "not gzip, or damaged"};
      const std::size_t made = s.out.size() - s.zlib.avail_out;
      inflated_bytes_ += static_cast<std::int64_t>(made);
      if (inflated_bytes_ > inflated_bytes_max_) {
        return Error{ErrorKind::Invalid, "inflates to more than " + std::to_string(inflated_bytes_max_) + " bytes"};
      }
      into_.feed({reinterpret_cast<const char*>(s.out.data()), made});
      more_to_come = s.zlib.avail_out == 0 && status != Z_STREAM_END;
      if (status == Z_STREAM_END) {
        inflateReset(&s.zlib);
        s.between_members = s.any_member = true;
      }
    }
    bytes.remove_prefix(piece);
  }
  return {};
}

Result<void> Gunzip::finish() {
  into_.finish();
  if (stream_->between_members && stream_->any_member) return {};
  return Error{ErrorKind::Corrupt, "gzip ends in the middle"};
}

}  // namespace earshot
