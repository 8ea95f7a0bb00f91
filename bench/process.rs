//! CPU time and memory of a process, from the kernel.

use std::{fs, time::Duration};

use anyhow::{Context, Result};

/// The memory of a process, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct MemoryUse {
    pub resident: u64,
    pub resident_peak: u64,
    /// Without pages of files, which every instance on a machine shares.
    pub anonymous: u64,
}

/// Returns user and system time so far, to the nanosecond while the process waits. (The kernel knows the two apart only in
/// ticks of 10 ms, which short bursts of work escape.)
///
/// # Errors
/// The process is no more.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    // The sum of a process's threads is nowhere in nanoseconds.
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let schedstat = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += number(&schedstat, 0)?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Waits until the process sleeps: only then the kernel has added up all of its time.
///
/// # Errors
/// The process is no more.
pub async fn wait_until_asleep(pid: u32) -> Result<()> {
    loop {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The state follows the name, which may hold spaces.
        if stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('S')) {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

/// # Errors
/// The process is no more.
pub fn memory(pid: u32) -> Result<MemoryUse> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kilobytes = |name: &str| {
        let line =
            status.lines().find(|line| line.starts_with(name)).context("a line of /proc/PID/status")?;
        number(line, 1)
    };
    Ok(MemoryUse {
        resident: kilobytes("VmRSS:")? * 1024,
        resident_peak: kilobytes("VmHWM:")? * 1024,
        anonymous: kilobytes("RssAnon:")? * 1024,
    })
}

fn number(line: &str, index: usize) -> Result<u64> {
    let word = line.split_whitespace().nth(index).context("a field of /proc")?;
    word.parse().with_context(|| format!("a number: {word}"))
}
