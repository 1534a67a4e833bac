// SPDX-License-Identifier: Apache-2.0
// CutWatch: a TCP connection whose network was cut and is there again. Its sender, when it leaves that to its TCP,
// repeats only after about as long as the cut lasted; one that is reset connects anew at once. The kernel's own
// questions tell when it is there again, but for a connection on which an answer of ours was on its way: that one is
// repeated ever more rarely, and nothing else is said on it. So its sender's address is asked beside it (Knock).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <utility>

namespace cordon::gateway {

/// TcpSigns is what the kernel knows of a connection.
struct TcpSigns {
  unsigned probes = 0;                 // whether the other side is there, not answered yet
  unsigned retransmits = 0;            // of what was sent to it last, not answered yet
  std::chrono::milliseconds quiet{0};  // since something came from it
};

/// Knock asks whether an address is there: an empty datagram each second to UDP port 9 (discard, RFC 863), which a
/// device refuses or ignores.
class Knock {
 public:
  Knock() = default;
  Knock(Knock&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  Knock& operator=(Knock&&) = delete;
  ~Knock() { stop(); }

  /// knock asks anew and gives what became of what was asked before: an errno, 0 where nothing came.
  int knock(const boost::asio::ip::address& address);
  void stop();

 private:
  int socket_ = -1;
};

class CutWatch {
 public:
  /// prepare has the kernel ask the other side whether it is there when nothing comes: from 2 s on, every 2 s, for four
  /// minutes.
  static void prepare(boost::asio::ip::tcp::socket& socket);
  /// came_back tells, looked at once a second, when the other side answers again after it did not, and has sent nothing
  /// yet.
  bool came_back(boost::asio::ip::tcp::socket& socket);
  bool came_back(const TcpSigns& signs);
  /// wants_knock tells, after came_back, whether the address has to be asked: for six seconds an answer was repeated in
  /// vain.
  bool wants_knock() const { return repeated_ >= looks_min; }
  /// answered takes what Knock gave, and tells when the address is there again: it refused, or the network, which had
  /// said that it is not there, has not for so long.
  bool answered(int error);

 private:
  static constexpr int looks_min = 6;
  static constexpr int quiet_min = 5;  // a neighbour that does not answer is told after three seconds

  bool cut_ = false;
  int repeated_ = 0;  // looks, one after the other, at which an answer was not taken yet
  bool was_away_ = false;
  int quiet_ = 0;
  Knock knock_{};
};

/// reset closes a connection so that the other side learns it at once.
void reset(boost::asio::ip::tcp::socket& socket);

}  // namespace cordon::gateway
