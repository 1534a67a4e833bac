// SPDX-License-Identifier: Apache-2.0
// Decoder: frames in, flows out. The entry to net, and all a capture thread needs: it reads no clock, does no I/O and
// logs nothing; the same frames give the same calls to the sink.
//
// Memory at the default bounds: flows 62 MB (flow_table.h), waiting bytes 72 MiB (tcp.h), fragments 17 MiB
// (fragments.h), UDP 5 MB (udp.h): about 160 MB whatever arrives.
#pragma once

#include "net/fragments.h"
#include "net/tcp.h"
#include "net/udp.h"

namespace cordon::net {

struct DecoderOptions {
  TcpOptions tcp;
  FragmentOptions fragments;
  UdpOptions udp;
};

class Decoder {
 public:
  /// The sink must outlive the Decoder, which calls it on the thread that calls the Decoder.
  explicit Decoder(Sink& sink, const DecoderOptions& options = {});

  /// frame takes the next frame. Its bytes are not kept beyond the call.
  void frame(const Frame& frame);
  /// advance lets capture time pass where no frame comes: live, call it each second with the time of day; for a file
  /// it is not needed.
  void advance(WallTime now);
  /// finish gives up all holes and ends all flows. The Decoder can go on with another capture.
  void finish();

  const Counters& counters() const { return counters_; }

 private:
  void take_time(WallTime time);
  void take_udp(const PacketView& packet);

  Sink& sink_;
  Counters counters_;
  Fragments fragments_;
  TcpTracker tcp_;
  UdpTracker udp_;
  WallTime now_;
  WallTime swept_;
};

}  // namespace cordon::net
