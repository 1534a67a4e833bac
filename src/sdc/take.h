// SPDX-License-Identifier: Apache-2.0
// Take: takes an element apart; what nobody took is left over as Extras. For the readers of this folder alone.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdc/values.h"

namespace cordon::sdc {

class Take {
 public:
  explicit Take(const Element& from) : attributes_(from.attributes), children_(from.children) {}

  /// text takes an attribute; value takes it only where `read` finds a value in it.
  std::string text(std::string_view local) {
    std::string out;
    if (const auto at = find(local); at != attributes_.end()) {
      out = std::move(at->value);
      attributes_.erase(at);
    }
    return out;
  }
  template <class Read>
  auto value(std::string_view local, Read read) -> decltype(read(std::string_view{})) {
    const auto at = find(local);
    if (at == attributes_.end()) return std::nullopt;
    auto out = read(std::string_view(at->value));
    if (out) attributes_.erase(at);
    return out;
  }
  /// type takes xsi:type and gives its local part.
  std::string type() {
    const auto at = std::find_if(attributes_.begin(), attributes_.end(),
                                 [](const Attribute& a) { return a.name.is(ns::xsi, "type"); });
    if (at == attributes_.end()) return {};
    const std::string out(local_of(at->value));
    attributes_.erase(at);
    return out;
  }
  /// child takes the first child of that name in the participant model, children all of them.
  std::optional<Element> child(std::string_view local, std::string_view space = ns::pm) {
    const auto at =
        std::find_if(children_.begin(), children_.end(), [&](const Element& e) { return e.name.is(space, local); });
    if (at == children_.end()) return std::nullopt;
    std::optional<Element> out(std::move(*at));
    children_.erase(at);
    return out;
  }
  std::vector<Element> children(std::string_view local, std::string_view space = ns::pm) {
    const auto kept = std::stable_partition(children_.begin(), children_.end(),
                                            [&](const Element& e) { return !e.name.is(space, local); });
    std::vector<Element> out(std::make_move_iterator(kept), std::make_move_iterator(children_.end()));
    children_.erase(kept, children_.end());
    return out;
  }
  Extras rest() { return {std::move(attributes_), std::move(children_)}; }

 private:
  std::vector<Attribute>::iterator find(std::string_view local) {
    return std::find_if(attributes_.begin(), attributes_.end(),
                        [local](const Attribute& a) { return a.name.is({}, local); });
  }

  std::vector<Attribute> attributes_;
  std::vector<Element> children_;
};

/// put adds an attribute where its text is not empty.
inline void put(Element& into, std::string_view local, std::string text) {
  if (!text.empty()) into.set(local, std::move(text));
}
/// put_type adds xsi:type of the participant model.
inline void put_type(Element& into, std::string_view type) {
  if (!type.empty()) into.attributes.push_back({{std::string(ns::xsi), "type"}, braced(ns::pm, type)});
}
/// finish gives back what was left over and sorts the children as the schema wants them.
void finish(Element& into, const Extras& extras);

}  // namespace cordon::sdc
