#include "earshot/check.h"

#include <cstdio>
#include <cstdlib>

namespace earshot {

void check_failed(const char* condition, const char* file, int line, const char* why) {
  std::fprintf(stderr, "FATAL %s condition=\"%s\" at=%s:%d\n", why, condition, file, line);
  std::abort();
}

}  // namespace earshot
