// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The pipes and the process of a shim just spawned; who gets it owns the descriptors.
struct ShimSpawn {
    /// The shim's process id.
    var pid: pid_t
    /// Our end of its control pipe: really a socket, so that writing to a shim that has ended raises no SIGPIPE.
    var control: CInt
    /// The read end of its status pipe.
    var status: CInt
    /// The write end of what it reads, where it reads.
    var input: CInt?
    /// The read end of what it prints, where that is collected or streamed.
    var output: CInt?
    /// The read end of its errors, where those are apart from its output.
    var error: CInt?

    /// Spawns a shim. Blocks for about a millisecond.
    /// - Throws: ``RuntimeError`` of code ``RuntimeError/Code/startFailed``.
    init(shim: String, launch: ShimLaunch) throws(RuntimeError) {
        let control = try Self.pipe(isSocket: true)
        let status = try Self.pipe()
        let input = launch.streams?.input == true ? try Self.pipe() : nil
        let output = launch.log == nil || launch.streams != nil ? try Self.pipe() : nil
        let error = launch.streams?.terminal == false ? try Self.pipe() : nil

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input.read, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        for (target, source) in [(CInt(1), output), (2, error ?? output)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source.write, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_WRONLY, 0)
            }
        }
        posix_spawn_file_actions_adddup2(&actions, control.read, 3)
        posix_spawn_file_actions_adddup2(&actions, status.write, 4)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of a pool block signals, and ignored signals are inherited: neither is the container's business.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let arguments = launch.arguments(shim: shim).map { strdup($0) } + [nil]
        let environment =
            launch.environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + environment { free(pointer) } }

        var pid: pid_t = 0
        let result = posix_spawn(&pid, shim, &actions, &attributes, arguments, environment)
        for end in [control.read, status.write, input?.read, output?.write, error?.write] { Self.close(end) }
        guard result == 0 else {
            for end in [control.write, status.read, input?.write, output?.read, error?.read] { Self.close(end) }
            throw RuntimeError(.startFailed, "cannot spawn \(shim): \(String(cString: strerror(result)))")
        }
        self.pid = pid
        self.control = control.write
        self.status = status.read
        self.input = input?.write
        self.output = output?.read
        self.error = error?.read
    }

    private static func close(_ descriptor: CInt?) {
        if let descriptor { _ = Glibc.close(descriptor) }
    }

    /// A pipe that our other children do not keep, with ends beyond the numbers that a shim's pipes have.
    private static func pipe(isSocket: Bool = false) throws(RuntimeError) -> (read: CInt, write: CInt) {
        var low: (CInt, CInt) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &low) {
            $0.withMemoryRebound(to: CInt.self, capacity: 2) {
                isSocket ? socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, $0) : Glibc.pipe($0)
            }
        }
        guard result == 0 else {
            throw RuntimeError(.startFailed, "cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        let ends = [low.0, low.1].map { end -> CInt in
            defer { Self.close(end) }
            return fcntl(end, F_DUPFD_CLOEXEC, 10)
        }
        return (ends[0], ends[1])
    }
}
