// SPDX-License-Identifier: Apache-2.0
#include "sdc/names.h"

namespace cordon::sdc {
namespace {

std::string joined(std::string_view space, std::string_view message) {
  std::string out(space);
  out += '/';
  out += message;
  return out;
}

}  // namespace

std::string sdc_action(std::string_view service, std::string_view message) {
  return joined(joined(ns::sdc, service), message);
}
std::string discovery_action(std::string_view message) {
  return joined(ns::wsd, message);
}
std::string eventing_action(std::string_view message) {
  return joined(ns::wse, message);
}
std::string transfer_action(std::string_view message) {
  return joined(ns::wxf, message);
}

std::string_view last_word(std::string_view action) {
  const auto slash = action.rfind('/');
  return slash == std::string_view::npos ? action : action.substr(slash + 1);
}

}  // namespace cordon::sdc
