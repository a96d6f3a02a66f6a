// Every connector there is, by name. The list is written out by hand: nothing registers itself before main.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "earshot/connector.h"

namespace earshot {

std::vector<std::string_view> connector_names();

// A connector with its settings, a JSON object with the keys of its Settings struct (`{}` for the defaults, where there
// are any). NotFound for a name that is none; Invalid, naming the key and the nearest known one, for settings that are
// wrong.
Result<std::unique_ptr<Connector>> make_connector(std::string_view name, std::string_view settings);

}  // namespace earshot
