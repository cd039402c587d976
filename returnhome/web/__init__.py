"""What people see: GOV.UK pages."""
