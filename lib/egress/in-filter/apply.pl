# Runs as root in an egress filter: takes what it has to enforce from standard input and brings it into force, in an order in which nothing
# is open meanwhile. What it is given, it leaves on disk as well, so that a filter that starts again enforces it before it hears of us.
#
# Input: strings, each behind its length (4 bytes): revision; number of harmless changes, those ("<policy> <policy>": whoever changes from
# the first to the second loses nothing); number of files, those as pairs of path and content. A revision is "<epoch>.<number>": numbers of
# one epoch are compared, another epoch (the database was restored or moved) always counts.
# Answers in lines: "stale <revision>" when a newer state is in force already, else "applied <revision>", what is wrong, if anything is, and
# for some minutes what was found amiss and mended: "mended <Unix time> <rules|resolver|proxy>".
use strict;
use warnings;
use Fcntl qw(:flock);
use Socket qw(PF_UNIX SOCK_STREAM pack_sockaddr_un);

my $folder = "/etc/devbox-egress";
my $run = "/run/devbox-egress";

my $input = do { local $/; <STDIN> };
sub item {
	my $length = length $input < 4 ? 0 : unpack "N", substr($input, 0, 4);
	die "the state was cut off on its way\n" if length $input < 4 + $length;
	return substr(substr($input, 0, 4 + $length, ""), 4);
}
sub slurp { open(my $file, "<", shift) or return undef; local $/; return scalar <$file> }
sub spill {
	my ($path, $content) = @_;
	open(my $file, ">", "$path.new") or die "$path: $!\n";
	print $file $content;
	close $file or die "$path: $!\n";
	rename "$path.new", $path or die "$path: $!\n";
}
sub must { system(@_) == 0 or die "@_ failed\n" }
sub proxy {
	my $command = shift;
	socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
	connect($socket, pack_sockaddr_un("$run/proxy.sock")) or die "the proxy does not answer: $!\n";
	syswrite $socket, "$command\n";
	my $answer = do { local $/; <$socket> };
	return $answer // "";
}
# The rules as the kernel has them, without what counts and whom it counts; empty where there are none.
sub rules_in_force {
	my $rules = qx(nft -s list table inet egress 2>/dev/null);
	$rules =~ s/(flags dynamic[^}]*?)\s*elements = \{.*?\}/$1/gs;
	return $rules;
}
# Box => policy, as a file says it.
sub policies { return map { split / /, $_, 2 } split /\n/, slurp("$folder/" . shift) // "" }
sub restarts { return join " ", map { qx(systemctl show --value -p NRestarts devbox-egress-$_) =~ s/\s//gr } qw(resolver proxy) }
sub is_active { return system("systemctl", "is-active", "-q", shift) == 0 }

# A filter that was started a moment ago may not have a systemd to talk to yet.
for (1 .. 400) { last if -S "/run/systemd/private"; select undef, undef, undef, 0.05 }
mkdir $folder;
mkdir $run;
open(my $lock, ">", "$run/lock") or die "lock: $!\n";
flock $lock, LOCK_EX;

my $revision = item();
my %is_harmless = map { item() => 1 } 1 .. item();
my @files = map { [item(), item()] } 1 .. item();
my $current = slurp("$folder/revision") // "";
my ($epoch, $number, $epoch_now, $number_now) = map { split /\./ } $revision, $current;
if ($current ne "" && $epoch eq $epoch_now && $number_now > $number) { print "stale $current\n"; exit 0 }

my @changed = grep { (slurp($_->[0]) // "\0") ne $_->[1] } @files;
# One policy that the resolver cannot read would take the names of all: then nothing is changed.
for (grep { $_->[0] eq "$folder/resolver.conf" } @changed) {
	my ($path, $content) = @$_;
	spill("$path.tried", $content);
	my $words = qx(unbound-checkconf $path.tried 2>&1);
	my $is_good = $? == 0;
	unlink "$path.tried";
	die "the resolver does not take it: " . substr($words, 0, 300) . "\n" unless $is_good;
}
# A state that was half brought in when its worker was killed is brought in whole by the next one, which is told here who was on which
# policy before.
my $is_torn = -e "$folder/torn";
spill("$folder/torn", slurp("$folder/boxes.map") // "") unless $is_torn;
my %policy_before = policies("torn");
spill(@$_) for @changed;
my %is_changed = map { $_->[0] => 1 } @changed;

if (grep { m{^/etc/systemd/} } keys %is_changed) {
	must("systemctl", "daemon-reload");
	must("systemctl", "-q", "enable", map { "devbox-egress-$_.service" } qw(rules resolver proxy));
}
# What the last look left in force, of this start of the filter, beside what is.
my @mended;
my $rules_before = slurp("$run/rules");
my $rules_stand = !defined $rules_before || $rules_before eq rules_in_force();
push @mended, "rules" unless $rules_stand;
if (defined(my $before = slurp("$run/restarts"))) {
	my ($resolver, $proxy) = split / /, $before;
	my ($resolver_now, $proxy_now) = split / /, restarts();
	push @mended, "resolver" if $resolver_now > $resolver || !is_active("devbox-egress-resolver");
	push @mended, "proxy" if $proxy_now > $proxy || !is_active("devbox-egress-proxy");
}
# The rules first: who is in none of them is refused everything.
if (!is_active("devbox-egress-rules")) { must("systemctl", "restart", "devbox-egress-rules") }
elsif ($is_torn || !$rules_stand || $is_changed{"$folder/filter.nft"}) { must("nft", "-f", "$folder/filter.nft") }
elsif ($is_changed{"$folder/boxes.nft"}) { must("nft", "-f", "$folder/boxes.nft") }
spill("$run/rules", rules_in_force());

if (!is_active("devbox-egress-resolver")) { must("systemctl", "restart", "devbox-egress-resolver") }
elsif ($is_torn || $is_changed{"$folder/resolver.conf"}) { must("systemctl", "kill", "-s", "HUP", "--kill-who=main", "devbox-egress-resolver") }

my @maps = map { "$folder/$_.map" } qw(bound exact wild services modes boxes);
if ($is_torn || $is_changed{"$folder/proxy.cfg"} || !is_active("devbox-egress-proxy")) {
	must("systemctl", "restart", "devbox-egress-proxy");
} elsif (my @stale = grep { $is_changed{$_} } @maps) {
	eval { swap(@stale); 1 } or do { print "maps: $@"; must("systemctl", "restart", "devbox-egress-proxy") };
}

# Each map is filled under a new version beside the one in force; then all are switched in one breath.
sub swap {
	my @commits;
	for my $map (@_) {
		my ($version) = proxy("prepare map $map") =~ /version created: (\d+)/ or die "no version of $map\n";
		my @lines = split /\n/, slurp($map);
		while (my @some = splice @lines, 0, 60) {
			my $answer = proxy("add map \@$version $map <<\n" . join("\n", @some) . "\n");
			die "$map: $answer" if $answer =~ /\S/;
		}
		push @commits, "commit map \@$version $map";
	}
	my $answer = proxy(join "; ", @commits);
	die $answer if $answer =~ /\S/;
}

# Decided here, where it is known what was in force a moment ago: what each connection was allowed by is not known, so that all of a box
# end unless its change is harmless.
my %policy_now = policies("boxes.map");
my %is_cut = map { $_ => 1 } grep {
	my ($before, $now) = ($policy_before{$_}, $policy_now{$_} // "");
	$before ne $now && !$is_harmless{"$before $now"}
} keys %policy_before;
if (%is_cut) {
	for my $line (split /\n/, proxy("show sess")) {
		my ($session, $source) = $line =~ /^(0x[0-9a-f]+):.*? src=([\d.]+):\d+ / or next;
		proxy("shutdown session $session") if $is_cut{$source};
	}
}
spill("$folder/revision", $revision);
spill("$run/restarts", restarts());
unlink "$folder/torn";
print "applied $revision\n";
my $shown_for = 600;
my @recent = grep { /^(\d+) / && $1 > time - $shown_for } split /\n/, slurp("$run/mended") // "";
for my $what (@mended) { @recent = grep { !/ $what$/ } @recent; push @recent, time . " $what" }
spill("$run/mended", join("", map { "$_\n" } @recent));
print "mended $_\n" for @recent;
for my $unit (qw(rules resolver proxy)) { print "down $unit\n" unless is_active("devbox-egress-$unit") }
