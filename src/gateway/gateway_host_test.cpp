// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_host.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <stdexcept>

#include "base/queue.h"

namespace cordon::gateway {
namespace {

class Talking : public Gateway {
 public:
  Talking(boost::asio::io_context& context, const GatewaySink& sink) {
    boost::asio::post(context, [] { throw std::runtime_error("a mistake of ours"); });
    boost::asio::post(context, [&sink] {
      const std::uint64_t link = sink.new_link();
      sink.say(event::LinkAlive{sink.now(), link});
    });
  }
};

GatewayHost::Options options(BoundedQueue<event::BedsideInput>& said) {
  return {[&said](event::BedsideInput input) { return said.push(std::move(input)); }, [] { return wall_time_of(5); }};
}

TEST(GatewayHost, ACarelessGatewayEndsNeitherItselfNorTheOthers) {
  BoundedQueue<event::BedsideInput> said(8);
  GatewayHost host(options(said));
  const auto open = [](boost::asio::io_context& context, const GatewaySink& sink) -> Result<std::unique_ptr<Gateway>> {
    return std::make_unique<Talking>(context, sink);
  };
  ASSERT_TRUE(host.add(open));
  ASSERT_TRUE(host.add(open));
  host.start();
  for (std::uint64_t link = 1; link <= 2; ++link) {
    const auto fault = said.pop_batch(1, std::chrono::seconds(10));
    ASSERT_EQ(fault.size(), 1U);
    EXPECT_EQ(std::get<event::OwnTrouble>(fault[0]).condition, "gateway_fault");
    EXPECT_EQ(std::get<event::OwnTrouble>(fault[0]).priority, event::AlarmPriority::high);
    const auto batch = said.pop_batch(1, std::chrono::seconds(10));
    ASSERT_EQ(batch.size(), 1U);
    EXPECT_EQ(std::get<event::LinkAlive>(batch[0]).link, link);
    EXPECT_EQ(std::get<event::LinkAlive>(batch[0]).at, wall_time_of(5));
  }
  host.stop();
  EXPECT_EQ(host.exceptions(), 2U);
}

TEST(GatewayHost, AGatewayIsToldWhereDevicesStand) {
  BoundedQueue<event::BedsideInput> said(8);
  GatewayHost::Options known = options(said);
  known.known = {{{"hl7:G/1", event::Protocol::hl7, "", "", "", "", ""}, "R1"},
                 {{"hl7:G/2", event::Protocol::hl7, "", "", "", "", ""}, ""}};
  GatewayHost host(known);
  boost::asio::io_context* gateways = nullptr;
  const GatewaySink* sink = nullptr;
  ASSERT_FALSE(
      host.add([&](boost::asio::io_context& context, const GatewaySink& to) -> Result<std::unique_ptr<Gateway>> {
        gateways = &context;
        sink = &to;
        return fail(ErrorCode::io, "not needed");
      }));
  const auto beds = [&] {
    std::promise<std::string> out;
    boost::asio::post(*gateways, [&] { out.set_value(sink->bed_of("hl7:G/1") + "," + sink->bed_of("hl7:G/2")); });
    return out.get_future().get();
  };
  host.start();
  EXPECT_EQ(beds(), "R1,");
  host.placed("hl7:G/1", "");
  host.placed("hl7:G/2", "R2");
  EXPECT_EQ(beds(), ",R2");
}

TEST(GatewayHost, AGatewayThatCannotOpenIsTold) {
  BoundedQueue<event::BedsideInput> said(8);
  GatewayHost host(options(said));
  EXPECT_FALSE(host.add([](boost::asio::io_context&, const GatewaySink&) -> Result<std::unique_ptr<Gateway>> {
    return fail(ErrorCode::io, "listen");
  }));
}

}  // namespace
}  // namespace cordon::gateway
