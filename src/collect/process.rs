//! What this process changes about itself: its priority and its rights; and whether it owns its console window.

#[cfg(windows)]
use super::windows;

/// Gives the calling thread background priority for processor and disk, and says whether it worked. On other systems
/// than Windows that would take a library in C.
pub fn work_in_background() -> bool {
    #[cfg(windows)]
    return windows::work_in_background();
    #[cfg(not(windows))]
    false
}

/// Whether the console window closes with this process: Windows opened it for a double click.
pub fn owns_its_window() -> bool {
    #[cfg(windows)]
    return windows::is_alone_at_console();
    #[cfg(not(windows))]
    false
}

/// Starts this program again with administrative rights and no arguments, after the Windows prompt (UAC), and says
/// whether it was started. Other systems have no such prompt.
pub fn restart_elevated() -> bool {
    #[cfg(windows)]
    return std::env::current_exe().is_ok_and(|program| windows::start_elevated(&program));
    #[cfg(not(windows))]
    false
}
