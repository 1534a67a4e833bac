// SPDX-License-Identifier: Apache-2.0
// Hl7Sender: everything that one address says, over however many connections, and which device each message is about.
// A bed is one device, whether its numerics and its waves come over one connection or over two; two beds are never one,
// whatever they are called. What a device is called follows from its message and from who is known (hl7_known.h), so
// that it is called the same after a restart. Pure: sockets are gateway_hl7.cpp's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "event/bedside.h"
#include "gateway/allowance.h"
#include "gateway/hl7_inputs.h"
#include "gateway/hl7_known.h"
#include "gateway/hl7_names.h"
#include "hl7/report.h"

namespace cordon::gateway {

constexpr double hl7_own_messages = 10;  // a second: so many of a device are taken, whatever others of its sender say

/// Hl7Place is where a message belongs; without a link, why it belongs nowhere.
struct Hl7Place {
  Hl7Link* link = nullptr;   // of the sender, until it is changed again
  Allowance* own = nullptr;  // of the same device, as long
  enum class Refusal : std::uint8_t {
    none,
    nobody,     // a heartbeat that names no device and is not of what sends; a monitor that has yet to say which it is
    crowded,    // more devices than are taken of one address
    ambiguous,  // several beds, and the message does not say of which it speaks
  } refusal = Refusal::none;
  std::vector<event::BedsideInput> before;  // what has to be said first
};

class Hl7Sender {
 public:
  /// known is of all senders.
  Hl7Sender(std::string address, Hl7Reading reading, std::size_t devices_max,
            std::shared_ptr<Hl7Known> known = std::make_shared<Hl7Known>())
      : address_(std::move(address)), reading_(reading), devices_max_(devices_max), known_(std::move(known)) {}

  /// place tells whose a message is. connection: its number; new_link: numbers a device that is heard for the first
  /// time, and gives 0 where there is room for no more.
  Hl7Place place(const hl7::Report& report, std::uint64_t connection, WallTime at,
                 const std::function<std::uint64_t()>& new_link);
  /// links_of gives the devices that spoke over a connection.
  std::vector<Hl7Link*> links_of(std::uint64_t connection);
  /// itself gives the device of a connection that is what sends there, null where there is none or it may be a gateway:
  /// a sign of life that names nobody is of that one alone. A gateway lives on when the one bed behind it is unplugged.
  Hl7Link* itself(std::uint64_t connection);
  /// leave: the connection is closed. Devices that no other one carries are gone.
  std::vector<event::BedsideInput> leave(std::uint64_t connection, WallTime at, const std::string& why);
  std::size_t devices() const { return devices_.size(); }

 private:
  struct Device {
    Hl7Link link;
    std::string sender;
    std::string own;
    std::string place;
    std::set<std::uint64_t> connections;
    WallTime heard;
    Allowance messages{hl7_own_messages};
  };
  /// Spoken is what a connection of Mindray PDS has said of its bed: its values do not repeat it.
  struct Spoken {
    Hl7Name name;
    bool several = false;
  };
  using Devices = std::map<std::string, Device>;

  bool recall(const hl7::Report& report, std::uint64_t connection, Hl7Name& name);
  std::string by_own(const Hl7Name& name, std::uint64_t connection, Hl7Place& out) const;
  std::string by_place(const Hl7Name& name) const;
  std::string of_alarm(const hl7::Report& report, const Hl7Name& name, std::string device);
  void take_over(const Hl7Name& name, const std::string& device, WallTime at, Hl7Place& out);
  Devices::iterator make(const std::string& device, WallTime at, const std::function<std::uint64_t()>& new_link);
  bool held_by_another(const std::string& device, std::uint64_t connection, WallTime at) const;
  void give_up(const std::string& device, WallTime at, const char* why, Hl7Place& out);
  void forget(Devices::iterator device);

  std::string address_;
  Hl7Reading reading_;
  std::size_t devices_max_;
  std::shared_ptr<Hl7Known> known_;
  Devices devices_;
  std::map<std::uint64_t, Spoken> spoken_;       // by connection
  std::map<std::string, Hl7Memory> remembered_;  // by device, of those that are not connected
};

}  // namespace cordon::gateway
