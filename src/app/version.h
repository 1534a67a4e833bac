// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cordon::app {
inline constexpr const char* version = CORDON_VERSION;
}  // namespace cordon::app
