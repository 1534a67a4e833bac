// SPDX-License-Identifier: Apache-2.0
// WS-Eventing as DPWS 1.1 uses it: a subscription by actions, its renewal, its end. Who counts the time is consumer.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdc/soap.h"
#include "sdc/text.h"

namespace cordon::sdc {

constexpr std::size_t actions_max = 64;  // of one subscription; 14 exist

struct Subscribe {
  std::string notify_to;
  std::string end_to;
  std::optional<Nanos> expires;
  std::vector<std::string> actions;
  friend bool operator==(const Subscribe&, const Subscribe&) = default;
};

/// Subscribed is the answer: where to renew it, and for how long it holds.
struct Subscribed {
  std::string manager;
  std::vector<Element> reference;  // header blocks that go back with every request to the manager
  std::optional<Nanos> expires;
  friend bool operator==(const Subscribed&, const Subscribed&) = default;
};

/// mark_reference makes a block the header that a reference parameter becomes; is_reference tells one.
void mark_reference(Element& block);
bool is_reference(const Element& block);

/// SubscriptionEnd tells that a provider will send no more.
struct SubscriptionEnd {
  std::string manager;
  std::string status;  // its last word: "DeliveryFailure", "SourceShuttingDown", "SourceCancelling"
  std::string reason;
  friend bool operator==(const SubscriptionEnd&, const SubscriptionEnd&) = default;
};

/// Manage is one of the three requests to a subscription's manager.
enum class Manage : std::uint8_t { renew, get_status, unsubscribe };

/// Each reader gives nothing where the body is another message.
std::optional<Subscribe> read_subscribe(const Element& body);
std::optional<Subscribed> read_subscribed(const Element& body);
std::optional<SubscriptionEnd> read_subscription_end(const Element& body);

Element subscribe_element(const Subscribe& subscribe);
Element subscribed_element(const Subscribed& subscribed);
Element subscription_end_element(const SubscriptionEnd& end);

/// manage_element is the body of such a request, managed_element of its answer, manage_word the local name and last
/// word of the action. Only a renewal asks for a time; the answer to an unsubscribe is empty.
Element manage_element(Manage what, std::optional<Nanos> expires);
Element managed_element(Manage what, std::optional<Nanos> expires);
std::string_view manage_word(Manage what);
std::optional<Manage> read_manage(const Element& body);
/// expires_in reads wse:Expires of any of these bodies.
std::optional<Nanos> expires_in(const Element& body);

}  // namespace cordon::sdc
