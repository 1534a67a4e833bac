// SPDX-License-Identifier: Apache-2.0
// Datagrams of a hostile monitor, each with its length in two octets before it. Alone: what is read is written back as
// it came. In a row, to a client and to a monitor that are associated: neither keeps more than its bounds, and each
// goes on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "intellivue/client.h"
#include "intellivue/monitor.h"

namespace {

using namespace cordon::intellivue;
using cordon::ByteView;

void check(bool holds) {
  if (!holds) std::abort();
}

template <class T>
void value_comes_back(ByteView value) {
  const auto read_value = read<T>(value);
  if (!read_value) return;
  const Bytes again = write(*read_value);
  check(std::equal(again.begin(), again.end(), value.begin(), value.end()));
}

void values_come_back(ByteView value) {
  value_comes_back<NumericObserved>(value);
  value_comes_back<CompoundNumeric>(value);
  value_comes_back<SamplesObserved>(value);
  value_comes_back<CompoundSamples>(value);
  value_comes_back<FixedValues>(value);
  value_comes_back<AlarmEntries>(value);
  value_comes_back<AlarmInfoText>(value);
  value_comes_back<SystemModel>(value);
  value_comes_back<LabelList>(value);
  value_comes_back<PollProfile>(value);
  check(text_of(value).size() <= text_bytes_max * 2);
}

void message_comes_back(ByteView datagram) {
  if (const auto message = parse(datagram)) {
    const auto again = print(*message);
    check(again && std::equal(again->begin(), again->end(), datagram.begin(), datagram.end()));
  }
  if (const auto beacon = parse_beacon(datagram)) {
    const auto again = print_beacon(*beacon);
    check(again && std::equal(again->begin(), again->end(), datagram.begin(), datagram.end()));
    (void)beacon_endpoint(*beacon);
  }
  if (const auto association = parse_association(datagram)) {
    const auto again = print_association(*association);
    const auto twice = again ? parse_association(*again) : association;
    check(again && twice && *twice == *association);
  }
}

/// Pair is a client and a monitor in the middle of their conversation.
struct Pair {
  Monitor monitor{MonitorOptions{}};
  Client client;
  cordon::MonoTime now{};

  void exchange(ClientOutput out) {
    for (int round = 0; round < 4 && !out.send.empty(); ++round) {
      ClientOutput next;
      for (const Bytes& datagram : out.send) {
        for (const Outgoing& back : monitor.receive(1, datagram, now)) {
          ClientOutput more = client.receive(back.datagram, now);
          std::move(more.send.begin(), more.send.end(), std::back_inserter(next.send));
        }
      }
      out = std::move(next);
    }
  }
};

void check_reports(const std::vector<Report>& reports) {
  for (const Report& report : reports) {
    if (const auto* wave = std::get_if<Wave>(&report))
      check(wave->values.size() <= wave_samples_max && wave->marks.size() == wave->values.size());
    if (const auto* numeric = std::get_if<Numeric>(&report); numeric != nullptr && numeric->age)
      check(*numeric->age >= cordon::Micros{} && *numeric->age <= age_max);
    if (const auto* list = std::get_if<AlarmList>(&report)) check(list->alarms.size() <= alarms_max);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cordon::ByteReader in(ByteView(data, size));
  Pair pair;
  pair.exchange(pair.client.tick(pair.now));
  check(pair.client.phase() == Phase::polling);
  while (in.left() > 0) {
    const auto length = in.u16be();
    if (!length) break;
    const auto datagram = in.take(std::min<std::size_t>(*length, in.left()));
    if (!datagram) break;
    message_comes_back(*datagram);
    values_come_back(*datagram);
    pair.now += std::chrono::milliseconds{100};
    const ClientOutput out = pair.client.receive(*datagram, pair.now);
    check_reports(out.reports);
    pair.monitor.receive(1, *datagram, pair.now);
    pair.monitor.tick(pair.now);
    pair.client.tick(pair.now);
  }
  return 0;
}
