//! What the kernel says of a process: CPU time and memory.

use std::{fs, time::Duration};

use anyhow::{Context, Result};

/// A process's use of the CPU so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct CpuTime {
    /// User and system, exact to the nanosecond while the process waits.
    pub total: Duration,
    /// In clock ticks of 10 ms each: only their proportion is used.
    pub user_ticks: u64,
    pub system_ticks: u64,
}

/// What a process has of the memory, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct MemoryUse {
    pub resident: u64,
    pub resident_peak: u64,
    /// Without pages of files, which every instance on a machine shares.
    pub anonymous: u64,
}

/// # Errors
/// The process is no more.
pub fn cpu_time(pid: u32) -> Result<CpuTime> {
    // The sum of a process's threads is nowhere in nanoseconds.
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let schedstat = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += number(&schedstat, 0)?;
    }
    let after_name = after_name(pid)?;
    Ok(CpuTime {
        total: Duration::from_nanos(nanoseconds),
        user_ticks: number(&after_name, 11)?,
        system_ticks: number(&after_name, 12)?,
    })
}

/// Waits until the process waits: only then the kernel has added up all of its time.
///
/// # Errors
/// The process is no more.
pub async fn settled(pid: u32) -> Result<()> {
    while !after_name(pid)?.starts_with('S') {
        tokio::task::yield_now().await;
    }
    Ok(())
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

/// The fields of /proc/PID/stat from the state on; the name before them may hold spaces.
fn after_name(pid: u32) -> Result<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    Ok(stat.rsplit_once(") ").context("a name in /proc/PID/stat")?.1.to_owned())
}

fn number(line: &str, index: usize) -> Result<u64> {
    let word = line.split_whitespace().nth(index).context("a field of /proc")?;
    word.parse().with_context(|| format!("a number: {word}"))
}
