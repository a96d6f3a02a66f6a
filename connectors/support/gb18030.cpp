#include <unicode/ucnv.h>

#include <limits>
#include <memory>

#include "base/utf8.h"
#include "support/text.h"

namespace earshot {
namespace {

struct Close {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Close>;

Converter open_converter(const char* name) {
  UErrorCode error = U_ZERO_ERROR;
  Converter converter(ucnv_open(name, &error));
  // A wrong byte is an error, not a replacement character: the row is kept as it is, as a dead letter.
  if (U_SUCCESS(error))
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  return U_SUCCESS(error) ? std::move(converter) : nullptr;
}

}  // namespace

std::optional<std::string> gb18030_to_utf8(std::string_view bytes) {
  // Opening a converter reads its tables; a converter is not for two threads at once.
  thread_local const Converter gb18030 = open_converter("gb18030");
  thread_local const Converter utf8 = open_converter("utf-8");
  if (gb18030 == nullptr || utf8 == nullptr || bytes.size() > std::numeric_limits<std::int32_t>::max() / 4)
    return std::nullopt;

  std::string out(bytes.size() * 2 + 4, '\0');  // two bytes become at most three, four become four
  char* target = out.data();
  const char* source = bytes.data();
  UErrorCode error = U_ZERO_ERROR;
  ucnv_convertEx(utf8.get(), gb18030.get(), &target, out.data() + out.size(), &source, bytes.data() + bytes.size(),
                 nullptr, nullptr, nullptr, nullptr, true, true, &error);
  if (U_FAILURE(error)) return std::nullopt;
  out.resize(static_cast<std::size_t>(target - out.data()));
  return out;
}

}  // namespace earshot
