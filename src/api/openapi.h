// The OpenAPI document of the routes, schemas/openapi.json, as part of the program.
#pragma once

#include <string_view>

namespace earshot::api {

std::string_view openapi_document();

}  // namespace earshot::api
