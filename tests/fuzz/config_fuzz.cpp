// The configuration from any text: refused with a reason, or shown so that it can be read again.
#include "cli/config.h"
#include "earshot/check.h"
#include "fuzz/files.h"
#include "fuzz/target.h"

namespace earshot::fuzz {

void take(std::string_view bytes) {
  const auto config = cli::parse_config(std::string(bytes), "earshot.yaml");
  if (!config) {
    EARSHOT_CHECK(config.error().message.starts_with("earshot.yaml"), "a refusal names the file");
    return;
  }
  const std::string shown = cli::show_config(*config);
  const auto again = cli::parse_config(shown, "shown");
  EARSHOT_CHECK(again.has_value(), "what is shown can be read");
  EARSHOT_CHECK(again->sections == config->sections && again->tenant == config->tenant && again->data == config->data,
                "and says the same");
}

std::vector<std::string> seeds() {
  std::vector<std::string> seeds{file_of_tree("examples/online_retail.yaml"), file_of_tree("deploy/earshot.yaml")};
  for (const char* text :
       {"tenant: acme\nsilence: {horizon_days: 90}\n", "desk:\n  tiers:\n    - {tier: gold, priority: high}\n",
        "text:\n  ignore: [Acme, 顶好电器]\n", "insight: {day_starts_utc_hour: 16}\n",
        "connectors:\n  - name: csv\n    map: {kind: order}\n", "a: &a [1, 2]\nb: *a\n",
        "partitions: 8\nlisten: '[::1]:1'\n"})
    seeds.emplace_back(text);
  return seeds;
}

}  // namespace earshot::fuzz
