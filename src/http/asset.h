// SPDX-License-Identifier: Apache-2.0
// Asset: one file of the browser client as it is served. web/assets.h holds the table; http/server.h serves it.
#pragma once

#include <string_view>

namespace cordon::http {

/// Asset is a file built into the program. All four parts live in static storage.
struct Asset {
  std::string_view path;   // "/app.js"; the page itself is "/"
  std::string_view mime;   // "text/javascript; charset=utf-8"
  std::string_view etag;   // with its quotes, as the header carries it
  std::string_view bytes;  // the content; may hold any byte
};

}  // namespace cordon::http
