// SPDX-License-Identifier: Apache-2.0
#include "sdc/eventing.h"

#include <algorithm>

namespace cordon::sdc {
namespace {

std::string push_mode() {
  return eventing_action("DeliveryModes/Push");
}
std::string action_dialect() {
  return std::string(ns::dpws) + "/Action";
}

void add_expires(Element& into, std::optional<Nanos> expires) {
  if (expires) into.add(Element(ns::wse, "Expires", print_duration(*expires)));
}

constexpr Manage all_manage[] = {Manage::renew, Manage::get_status, Manage::unsubscribe};

}  // namespace

std::optional<Subscribe> read_subscribe(const Element& body) {
  if (!body.name.is(ns::wse, "Subscribe")) return std::nullopt;
  Subscribe out;
  out.end_to = address_in(body.child(ns::wse, "EndTo"));
  if (const Element* delivery = body.child(ns::wse, "Delivery"))
    out.notify_to = address_in(delivery->child(ns::wse, "NotifyTo"));
  out.expires = expires_in(body);
  const std::string filter = body.text_of(ns::wse, "Filter");
  for (const std::string_view word : words(filter, actions_max)) out.actions.emplace_back(word);
  return out;
}

Element subscribe_element(const Subscribe& subscribe) {
  Element out(ns::wse, "Subscribe");
  if (!subscribe.end_to.empty()) out.add(endpoint(ns::wse, "EndTo", subscribe.end_to));
  Element& delivery = out.add(Element(ns::wse, "Delivery"));
  delivery.set("Mode", push_mode());
  delivery.add(endpoint(ns::wse, "NotifyTo", subscribe.notify_to));
  add_expires(out, subscribe.expires);
  std::string actions;
  for (const auto& action : subscribe.actions) (actions += actions.empty() ? "" : " ") += action;
  out.add(Element(ns::wse, "Filter", std::move(actions))).set("Dialect", action_dialect());
  return out;
}

std::optional<Subscribed> read_subscribed(const Element& body) {
  if (!body.name.is(ns::wse, "SubscribeResponse")) return std::nullopt;
  Subscribed out;
  if (const Element* manager = body.child(ns::wse, "SubscriptionManager")) {
    out.manager = address_in(manager);
    for (const char* local : {"ReferenceParameters", "ReferenceProperties"})
      if (const Element* reference = manager->child(ns::wsa, local))
        for (const auto& block : reference->children) out.reference.push_back(block);
  }
  out.expires = expires_in(body);
  return out;
}

void mark_reference(Element& block) {
  if (!is_reference(block)) block.attributes.push_back({{std::string(ns::wsa), "IsReferenceParameter"}, "true"});
}

bool is_reference(const Element& block) {
  return std::ranges::any_of(block.attributes, [](const Attribute& attribute) {
    return attribute.name.is(ns::wsa, "IsReferenceParameter") && (attribute.value == "true" || attribute.value == "1");
  });
}

Element subscribed_element(const Subscribed& subscribed) {
  Element out(ns::wse, "SubscribeResponse");
  Element manager = endpoint(ns::wse, "SubscriptionManager", subscribed.manager);
  if (!subscribed.reference.empty())
    manager.add(Element(ns::wsa, "ReferenceParameters")).children = subscribed.reference;
  out.add(std::move(manager));
  add_expires(out, subscribed.expires);
  return out;
}

std::optional<SubscriptionEnd> read_subscription_end(const Element& body) {
  if (!body.name.is(ns::wse, "SubscriptionEnd")) return std::nullopt;
  return SubscriptionEnd{address_in(body.child(ns::wse, "SubscriptionManager")),
                         std::string(last_word(body.text_of(ns::wse, "Status"))), body.text_of(ns::wse, "Reason")};
}

Element subscription_end_element(const SubscriptionEnd& end) {
  Element out(ns::wse, "SubscriptionEnd");
  out.add(endpoint(ns::wse, "SubscriptionManager", end.manager));
  out.add(Element(ns::wse, "Status", eventing_action(end.status)));
  if (!end.reason.empty()) {
    Element& reason = out.add(Element(ns::wse, "Reason", end.reason));
    reason.attributes.push_back({{std::string(ns::xml), "lang"}, "en"});
  }
  return out;
}

std::string_view manage_word(Manage what) {
  return what == Manage::renew ? "Renew" : what == Manage::get_status ? "GetStatus" : "Unsubscribe";
}

Element manage_element(Manage what, std::optional<Nanos> expires) {
  Element out(ns::wse, manage_word(what));
  if (what == Manage::renew) add_expires(out, expires);
  return out;
}

Element managed_element(Manage what, std::optional<Nanos> expires) {
  if (what == Manage::unsubscribe) return {};
  Element out(ns::wse, std::string(manage_word(what)) + "Response");
  add_expires(out, expires);
  return out;
}

std::optional<Manage> read_manage(const Element& body) {
  for (const Manage what : all_manage)
    if (body.name.is(ns::wse, manage_word(what))) return what;
  return std::nullopt;
}

std::optional<Nanos> expires_in(const Element& body) {
  return read_duration(body.text_of(ns::wse, "Expires"));
}

}  // namespace cordon::sdc
