// SPDX-License-Identifier: GPL-2.0-only
/*
 * killat NUMBER main|self|group COMMAND...: runs the command, counts the edges
 * (entry and return) of the system calls that change something or hand over to
 * another process, in the command and everything that it starts, and at that
 * number sends SIGKILL:
 *
 *	main    to the command itself; what it has started goes on
 *	self    to the process that has reached the edge
 *	group   to all of the command's process group
 *
 * Comes back when the command has ended, with its exit status, or 128 plus the
 * signal. On standard error: the number of edges, and where it killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIDS (1 << 22)
#define EDGES                                                               \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
	 PTRACE_O_TRACECLONE)

static const unsigned short watched[] = {
#ifdef __NR_mkdir
	__NR_mkdir,	 __NR_rmdir,	__NR_unlink,	__NR_rename,
	__NR_link,	 __NR_vfork,
#endif
#ifdef __NR_renameat
	__NR_renameat,
#endif
	__NR_mkdirat,	 __NR_unlinkat, __NR_renameat2, __NR_linkat,
	__NR_fchmodat,	 __NR_sendmsg,	__NR_sendto,	__NR_bpf,
	__NR_mount,	 __NR_umount2,	__NR_flock,	__NR_execve,
	__NR_exit_group, __NR_clone,	__NR_clone3,	__NR_wait4,
	__NR_unshare,	 __NR_setns,	__NR_write,	__NR_membarrier,
};

static bool counts[PIDS];

static bool is_watched(const struct __ptrace_syscall_info *info)
{
	if (info->entry.nr == __NR_openat)
		return info->entry.args[2] & O_CREAT;
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		if (info->entry.nr == watched[i])
			return true;
	return false;
}

/* True if this stop is a system call that counts. */
static bool is_edge(pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return false;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		counts[pid] = is_watched(&info);
	return counts[pid];
}

static void run_command(char **argv)
{
	setpgid(0, 0);
	raise(SIGSTOP);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static void kill_at(pid_t main_pid, pid_t pid, const char *whom)
{
	char path[32], name[32] = "?";
	FILE *comm;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	comm = fopen(path, "r");
	if (comm) {
		if (fgets(name, sizeof(name), comm))
			name[strcspn(name, "\n")] = '\0';
		fclose(comm);
	}
	fprintf(stderr, "killat: killed %s in %s\n", whom, name);
	kill(whom[0] == 'm'   ? main_pid
	     : whom[0] == 'g' ? -main_pid
			      : pid,
	     SIGKILL);
}

int main(int argc, char **argv)
{
	unsigned long wanted, edge = 0;
	pid_t main_pid, pid;
	int status;

	if (argc < 4 || !strchr("msg", argv[2][0])) {
		fprintf(stderr,
			"usage: killat NUMBER main|self|group COMMAND...\n");
		return 2;
	}
	wanted = strtoul(argv[1], NULL, 10);
	main_pid = fork();
	if (main_pid < 0)
		return 1;
	if (!main_pid)
		run_command(argv + 3);
	waitpid(main_pid, &status, WUNTRACED);
	/*
	 * with SEIZE new processes start without a SIGSTOP, which might outlive
	 * us
	 */
	if (ptrace(PTRACE_SEIZE, main_pid, 0, EDGES)) {
		perror("killat: ptrace");
		kill(main_pid, SIGKILL);
		return 1;
	}
	kill(main_pid, SIGCONT);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int deliver = 0;

		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			if (pid == main_pid)
				break;
			continue;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			if (is_edge(pid) && ++edge == wanted)
				kill_at(main_pid, pid, argv[2]);
		} else if (!(status >> 16)) {
			deliver = WSTOPSIG(status);
		}
		ptrace(PTRACE_SYSCALL, pid, 0, deliver);
	}
	fprintf(stderr, "killat: %lu edges\n", edge);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
