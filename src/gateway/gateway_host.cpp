// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_host.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <map>
#include <thread>
#include <vector>

#include "io/thread_name.h"

namespace cordon::gateway {

namespace {

constexpr std::chrono::seconds fault_told_for{60};
constexpr const char* fault_condition = "gateway_fault";  // web/src/station/words.ts

}  // namespace

struct GatewayHost::Impl {
  GatewaySink sink;
  std::map<std::string, std::string> beds;  // by device, of those that stand at one
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  std::vector<std::unique_ptr<Gateway>> gateways;  // destroyed before the context
  std::atomic<std::uint64_t> exceptions{0};
  std::uint64_t links = 0;
  boost::asio::steady_timer fault_over{context};
  std::thread thread;

  void place(const std::string& device, const std::string& bed) {
    if (bed.empty()) {
      beds.erase(device);
    } else {
      beds[device] = bed;
    }
  }
  std::string bed_of(const std::string& device) const {
    const auto found = beds.find(device);
    return found == beds.end() ? std::string() : found->second;
  }
  void tell_fault(bool present) {
    sink.say(event::OwnTrouble{sink.now(), fault_condition, event::AlarmPriority::high, std::to_string(exceptions),
                               present});
  }
  void failed() {
    ++exceptions;
    fault_over.expires_after(fault_told_for);
    fault_over.async_wait([this](const boost::system::error_code& error) {
      if (!error) tell_fault(false);
    });
    tell_fault(true);
  }
  void run() {
    io::name_thread("gateways");
    for (;;) {
      try {
        context.run();
        return;
      } catch (const std::exception&) {
        failed();
      }
    }
  }
};

GatewayHost::GatewayHost(Options options) : impl_(std::make_unique<Impl>()) {
  Impl* const impl = impl_.get();
  for (const KnownDevice& known : options.known) impl->place(known.identity.device, known.bed);
  impl->sink = {std::move(options.say),
                [impl] { return ++impl->links; },
                std::move(options.now),
                std::move(options.known),
                [impl](const std::string& device) { return impl->bed_of(device); },
                std::move(options.kept),
                [impl] { impl->failed(); }};
}

GatewayHost::~GatewayHost() {
  stop();
}

Result<void> GatewayHost::add(const Open& open) {
  impl_->gateways.push_back(CORDON_TRY(open(impl_->context, impl_->sink)));
  return {};
}

void GatewayHost::start() {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

void GatewayHost::placed(std::string device, std::string bed) {
  boost::asio::post(impl_->context, [impl = impl_.get(), device = std::move(device), bed = std::move(bed)] {
    impl->place(device, bed);
  });
}

void GatewayHost::stop() {
  impl_->context.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
  impl_->gateways.clear();
}

std::uint64_t GatewayHost::exceptions() const {
  return impl_->exceptions;
}

}  // namespace cordon::gateway
