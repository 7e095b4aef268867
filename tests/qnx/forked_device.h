// A device whose manager is another process, and a file of it that is open here. For tests.
#pragma once

#include <fcntl.h>
#include <functional>

#include <gtest/gtest.h>

#include <tocsin/base/descriptor.h>

#include "device.h"
#include "process.h"

namespace tocsin::qnx {

// The child serves until the test is over.
class ForkedDevice : public testing::Test {
protected:
    // Both run in the child: `prepare` changes the functions of the device before it is served, and
    // `attach` says what else its dispatch is for.
    ForkedDevice(const std::function<void(Device&)>& prepare,
                 const std::function<void(Device&, Process&)>& attach)
        : manager{[&](Process& self) {
              prepare(device);
              device.serve(2);
              attach(device, self);
              self.from.say(1);
              const int told = self.to.hear();
              device.stop();
              return told;
          }} {
        EXPECT_EQ(manager.from.hear(), 1);
        file = device.open(O_RDWR);
        fd = file.number();
    }
    ~ForkedDevice() override {
        file.reset();
        manager.to.say(0);
        EXPECT_EQ(manager.wait(), 0);
    }

    Device device;
    Process manager;
    base::Descriptor file;
    int fd = -1;
};

}  // namespace tocsin::qnx
